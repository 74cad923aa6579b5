//! The table of product.md, path by path.

mod accounts;
mod applications;
mod channels;
mod doors;
mod forms;
mod keys;
mod sessions;
mod settings;
