//! Running the command, and files for it.

use serde_json::Value as Json;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};

pub(crate) const SAFE: &str = "0x49d4450977E2c95362C13D3a31a09311E0Ea26A6";
pub(crate) const CONTRACT: &str = "0xDF8a1Ce35c9a6ACE153B4e0767942f1E2291a1Aa";

/// A file of this process's own.
pub(crate) fn path(name: &str) -> PathBuf {
    let directory = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("safe-batch");
    std::fs::create_dir_all(&directory).expect("it can be made");
    directory.join(name)
}

/// A file with this text. It is there as a whole or not at all, as another test may read it.
pub(crate) fn file(name: &str, text: &str) -> String {
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    let path = self::path(name);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let part = self::path(&format!("{count}.part"));
    std::fs::write(&part, text).expect("it can be written");
    std::fs::rename(&part, &path).expect("it can be renamed");
    path.to_str().expect("it is text").to_owned()
}

pub(crate) fn run(arguments: &[&str]) -> Output {
    run_with(arguments, "")
}

/// Runs it with a standard input.
pub(crate) fn run_with(arguments: &[&str], input: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_safe-batch"))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it runs");
    // It may have ended without reading.
    let _ = child
        .stdin
        .take()
        .expect("it is piped")
        .write_all(input.as_bytes());
    child.wait_with_output().expect("it ends")
}

/// Runs `write` with these arguments to a file of this name.
pub(crate) fn write_run(name: &str, arguments: &[&str]) -> Output {
    let out = path(name);
    let _ = std::fs::remove_file(&out);
    let mut all = vec![
        "write",
        "--chain-id",
        "42161",
        "--safe",
        SAFE,
        "--contract",
        CONTRACT,
    ];
    all.extend(["--out", out.to_str().expect("it is text")]);
    all.extend(arguments);
    run(&all)
}

/// What `write` told, and its file.
pub(crate) fn write(name: &str, arguments: &[&str]) -> (String, String) {
    let text = told(&write_run(name, arguments));
    (text, path(name).to_str().expect("it is text").to_owned())
}

/// The file that `write` made.
pub(crate) fn written(name: &str, arguments: &[&str]) -> Json {
    let (_, file) = write(name, arguments);
    serde_json::from_str(&std::fs::read_to_string(file).expect("it is there")).expect("it is JSON")
}

/// A copy of a batch's file, edited, with the checksum that goes with it.
pub(crate) fn edited(name: &str, batch: &str, edit: fn(&mut Json)) -> String {
    let text = std::fs::read_to_string(batch).expect("it is there");
    let mut json: Json = serde_json::from_str(&text).expect("it is JSON");
    edit(&mut json);
    json["meta"]["checksum"] = safe_batch::checksum::checksum(&json).to_string().into();
    file(name, &json.to_string())
}

/// What it told when all was well.
pub(crate) fn told(output: &Output) -> String {
    assert!(
        output.status.success(),
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        stderr(output)
    );
    String::from_utf8(output.stdout.clone()).expect("it is text")
}

pub(crate) fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// It was refused with this in its sentence.
pub(crate) fn refused(output: &Output, sentence: &str) {
    let told = stderr(output);
    assert_eq!(output.status.code(), Some(2), "{sentence}: {told}");
    assert!(
        told.starts_with("error: ") && told.contains(sentence),
        "{sentence}: {told}"
    );
}
