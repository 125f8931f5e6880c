// Exists so that the shared library has a source: all else in it comes from the rooms.
