//! Whole configurations through the public face of the crate.

#[cfg(test)]
mod given;

#[cfg(test)]
mod credentials;
#[cfg(test)]
mod env_files;
#[cfg(test)]
mod inheritance;
#[cfg(test)]
mod instances;
#[cfg(test)]
mod names;
#[cfg(test)]
mod outside;
mod per_instance;
#[cfg(test)]
mod secrecy;
#[cfg(test)]
mod server;
#[cfg(test)]
mod table;
