//! Whole configurations through the public face of the crate.

#[cfg(test)]
mod given;

#[cfg(test)]
mod instances;
