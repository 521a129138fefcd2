"""Where clips come from: rendered palos, folders, manifests."""
