"""What runs in the user's interpreter: plain Python and the framework, nothing else of trainlint."""
