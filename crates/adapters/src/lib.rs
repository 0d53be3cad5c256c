//! Portero's ports served by PostgreSQL, JWT, argon2, AES-GCM and the system.
