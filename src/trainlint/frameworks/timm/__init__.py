"""What timm means: models by name, optimizers and schedules by name, losses, loaders."""
