//! The corpus that fuzzing left, replayed: a folder per check under `fuzz/corpus`.

use std::path::Path;

use super::checks;

#[test]
fn the_corpus_is_survived() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus");
    let mut count = 0;
    for name in checks::NAMES {
        let Ok(files) = std::fs::read_dir(root.join(name)) else { continue };
        for file in files {
            let bytes = std::fs::read(file.unwrap().path()).unwrap();
            checks::run(name, &bytes);
            count += 1;
        }
    }
    assert!(count > 0, "no corpus in {}", root.display());
}
