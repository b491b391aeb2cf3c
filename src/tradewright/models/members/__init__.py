"""The models that come with the package. A new file is a new member; its name is the model's."""
