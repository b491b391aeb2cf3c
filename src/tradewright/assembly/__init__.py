"""The one place where stores and adapters are chosen and joined."""
