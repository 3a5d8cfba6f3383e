"""trainlint's own rules, one file each, in folders by family."""
