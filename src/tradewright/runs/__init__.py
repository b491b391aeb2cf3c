"""Drivers over the kernel, and what they leave behind: plain files with a hash of each."""
