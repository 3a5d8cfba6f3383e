"""What Hugging Face's libraries mean: transformers and its Trainer, datasets, peft, trl."""
