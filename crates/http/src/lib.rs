//! Portero on the wire: actix-web, the documents' JSON and its Spanish.
