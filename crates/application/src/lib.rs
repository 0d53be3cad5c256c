//! What Portero can do, one use case a file.
