"""Who is who: by a network, or by how somebody looks."""
