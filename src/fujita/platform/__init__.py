"""What ties `fujita.ioloop` to other event loops and resolvers."""
