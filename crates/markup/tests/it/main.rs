//! Integration tests of the converter: the case files, the laws, hostile input, whole pages.
#![expect(unreachable_pub, reason = "the case runner is shared with an example")]

#[cfg(test)]
mod agree;
#[cfg(test)]
mod cases;
#[cfg(test)]
mod checks;
#[cfg(test)]
mod corpus;
#[cfg(test)]
mod files;
#[cfg(test)]
mod generate;
#[cfg(test)]
mod laws;
#[cfg(test)]
mod losses;
#[cfg(test)]
mod macros;
#[cfg(test)]
mod pages;
#[cfg(test)]
mod schema;
#[cfg(test)]
mod stress;
#[cfg(test)]
mod trees;
