//! CQL over the contents of a Confluence.
