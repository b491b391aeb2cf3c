"""The risk profiles: named sets of limits that the gateway holds orders against."""
