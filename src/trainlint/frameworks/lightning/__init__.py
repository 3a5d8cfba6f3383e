"""What Lightning means: modules, data modules, the trainer, the command line, Fabric."""
