//! `links` in the manifest needs a build script. There is nothing to link: it lets one version of the seam into a program.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
}
