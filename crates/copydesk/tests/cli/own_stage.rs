//! What an author of a stage does, day by day: rebuild it and look, build it into a program, and include stages of other files.

use std::{
    fs,
    io::{BufRead, BufReader},
    path::Path,
    process::Stdio,
    thread,
    time::{Duration, Instant},
};

use crate::program::command;

fn has_python() -> bool {
    let found = std::process::Command::new("python3").arg("--version").output().is_ok();
    if !found {
        eprintln!("skipped: there is no python3");
    }
    found
}

/// The exit code, and both streams.
fn inside(folder: &Path, args: &[&str]) -> (i32, String) {
    let output = command(args).current_dir(folder).output().expect("the program starts");
    let text = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    (output.status.code().unwrap_or(-1), text)
}

#[test]
fn a_stage_is_run_again_when_it_is_saved_and_what_has_changed_is_shown() {
    if !has_python() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(inside(folder.path(), &["dev"]).0, 2, "there is nothing to run");
    assert_eq!(inside(folder.path(), &["new", "stage", "mark-releases", "--python"]).0, 0);
    let own = folder.path().join("mark-releases");
    let temporary = tempfile::tempdir().unwrap();
    let mut dev = command(["dev"]).current_dir(&own).env("TMPDIR", temporary.path()).spawn().expect("it starts");
    let (said, heard) = std::sync::mpsc::channel();
    for stream in [
        Box::new(dev.stdout.take().expect("piped")) as Box<dyn std::io::Read + Send>,
        Box::new(dev.stderr.take().expect("piped")),
    ] {
        let said = said.clone();
        thread::spawn(move || {
            BufReader::new(stream).lines().map_while(Result::ok).try_for_each(|line| said.send(line))
        });
    }
    let wait_for = |part: &str| {
        let mut all = String::new();
        let until = Instant::now() + Duration::from_mins(1);
        while !all.contains(part) {
            match heard.recv_timeout(until.saturating_duration_since(Instant::now())) {
                Ok(line) => all = all + &line + "\n",
                Err(error) => panic!("{part} was not said ({error}): {all}"),
            }
        }
    };
    wait_for("1 document read.");
    let program = own.join("mark_releases.py");
    let code = fs::read_to_string(&program).unwrap();
    // A mistake is said, and what comes after it is compared with what was before it.
    fs::write(&program, code.replace("def check", "deaf check")).unwrap();
    wait_for("SyntaxError");
    fs::write(&program, code.replace("text.startswith(", "text.endswith(")).unwrap();
    wait_for("1 changed");
    wait_for("opens-with");
    wait_for("FAIL lines that open with a mark are no text");
    dev.kill().expect("it runs");
    dev.wait().expect("it ends");
    assert_eq!(fs::read_dir(temporary.path()).unwrap().count(), 0, "it leaves nothing behind, whatever ends it");
}

/// Cargo refuses it, since the seam has `links`; both are named, with the way out.
#[test]
fn a_crate_on_another_version_of_the_seam_is_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let house = crate::program::root();
    assert_eq!(inside(folder.path(), &["new", "stage", "mark-releases"]).0, 0);
    let seam = folder.path().join("another-seam");
    fs::create_dir_all(seam.join("src")).unwrap();
    fs::write(seam.join("src/lib.rs"), "").unwrap();
    fs::write(seam.join("build.rs"), "fn main() {}").unwrap();
    let links = fs::read_to_string(house.join("crates/copydesk-stage/Cargo.toml")).unwrap();
    let links = links.lines().find(|line| line.starts_with("links = ")).expect("the seam has it");
    let manifest = format!(
        "[package]\nname = \"copydesk-stage\"\nversion = \"0.9.0\"\nedition = \"2024\"\n{links}\n[workspace]\n"
    );
    fs::write(seam.join("Cargo.toml"), manifest).unwrap();
    let own = folder.path().join("mark-releases/Cargo.toml");
    let text = fs::read_to_string(&own).unwrap();
    let text = text.replace("copydesk-stage = \"0.1.0\"", "copydesk-stage = { path = \"../another-seam\" }");
    assert!(text.contains("another-seam"), "{text}");
    fs::write(&own, text).unwrap();
    let (code, said) = inside(folder.path(), &["build", "--with", "./mark-releases", "-o", "mine", "--offline"]);
    assert_eq!(code, 2, "{said}");
    for part in ["0.9.0", "copydesk-stage v0.1.0", "is built on another version of copydesk-stage"] {
        assert!(said.contains(part), "{part}\n{said}");
    }
    assert!(!folder.path().join("mine").exists());
}

#[test]
fn a_pipeline_file_includes_the_stages_of_another() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    write("page.md", "# A ferry\n\nThe harbour ferry will sail through the night from the first of June.\n\nShare\n");
    write("cleaning.toml", "[[stage]]\nuse = \"strip-boilerplate\"\n\n[[stage]]\nuse = \"detect-language\"\n");
    let own = "[[stage]]\ninclude = \"cleaning.toml\"\n\n[[stage]]\nuse = \"extract-metadata\"\n\n[[export]]\nuse = \"jsonl\"\n";
    write("own.toml", own);
    let whole = "[[stage]]\nuse = \"strip-boilerplate\"\n[[stage]]\nuse = \"detect-language\"\n[[stage]]\nuse = \
        \"extract-metadata\"\n[[export]]\nuse = \"jsonl\"\n";
    write("whole.toml", whole);
    for name in ["own", "whole"] {
        let (code, said) = inside(folder.path(), &["run", &format!("{name}.toml"), "page.md", "--out", name]);
        assert_eq!(code, 0, "{said}");
    }
    let records = |name: &str| fs::read_to_string(folder.path().join(name).join("records.jsonl")).unwrap();
    assert_eq!(records("own"), records("whole"));
    // A change of the other file is another chain.
    let (_, said) = inside(folder.path(), &["run", "own.toml", "page.md", "--out", "own"]);
    assert!(said.contains("nothing to do"), "{said}");
    write("cleaning.toml", "[[stage]]\nuse = \"detect-language\"\n");
    let (_, said) = inside(folder.path(), &["run", "own.toml", "page.md", "--out", "own"]);
    assert!(!said.contains("nothing to do") && records("own") != records("whole"), "{said}");
    // What is wrong with it is said where it is included, with its own place.
    write("cleaning.toml", "[[stage]]\nuse = \"strip-boilerplate\"\nmodus = \"recall\"\n");
    write("round.toml", "[[stage]]\ninclude = \"round.toml\"\n");
    write("empty.toml", "");
    write("beside.toml", "[[stage]]\ninclude = \"text\"\nwhen = \"lang == 'de'\"\n");
    write("number.toml", "[[stage]]\ninclude = 3\n");
    for n in 0..9 {
        write(&format!("deep{n}.toml"), &format!("[[stage]]\ninclude = \"deep{}.toml\"\n", n + 1));
    }
    for (include, parts) in [
        ("\"cleaning.toml\"", &["`modus`", "own.toml:2", "it stands in cleaning.toml, line 1"][..]),
        ("\"round.toml\"", &["`round.toml` is included once more: round.toml includes round.toml"]),
        ("\"empty.toml\"", &["`empty.toml` has no stages", "own.toml:2"]),
        ("\"nowhere.toml\"", &["cannot read `nowhere.toml`", "a built-in pipeline goes by its name"]),
        ("\"beside.toml\"", &["beside.toml, line 3: `when` cannot stand beside `include`", "own.toml:2"]),
        ("\"number.toml\"", &["number.toml, line 2: `include` names a pipeline file, and is a whole number"]),
        ("\"deep0.toml\"", &["files include files no more than 8 deep: deep0.toml includes deep1.toml"]),
        ("3", &["`include` names a pipeline file, and is a whole number"]),
        ("\"text\"\nuse = \"x\"", &["`use` cannot stand beside `include`"]),
    ] {
        write("own.toml", &own.replace("\"cleaning.toml\"", include));
        let (code, said) = inside(folder.path(), &["check", "own.toml"]);
        assert_eq!(code, 2, "{said}");
        for part in parts {
            assert!(said.contains(part), "{part}\n{said}");
        }
    }
    write("own.toml", &own.replace("cleaning.toml", "text").replace("[[stage]]\nuse = \"extract-metadata\"\n\n", ""));
    assert_eq!(inside(folder.path(), &["check", "own.toml"]).0, 0, "a built-in pipeline can be included");
    // What is not taken from the other file needs no value.
    write("cleaning.toml", "[run]\nout = \"${NOBODY_HAS_SET_THIS}\"\n\n[[stage]]\nuse = \"strip-boilerplate\"\n");
    write("own.toml", own);
    let (code, said) = inside(folder.path(), &["check", "own.toml"]);
    assert_eq!(code, 0, "{said}");
}

/// A run is killed while a program hangs that would be the last to hear of it.
#[cfg(target_os = "linux")]
#[test]
fn a_program_that_hangs_ends_with_the_run_that_is_killed() {
    if !has_python() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    write(
        "hangs.py",
        "import os, sys, time\nsys.stdin.readline()\nprint('{\"protocol\":1,\"reads\":[],\"writes\":[]}', flush=True)\n\
         sys.stdin.readline()\nopen('pid', 'w').write(str(os.getpid()))\ntime.sleep(600)\n",
    );
    write(
        "p.toml",
        "[[stage]]\nuse = \"exec\"\ncommand = [\"python3\", \"hangs.py\"]\n\n[[export]]\nuse = \"jsonl\"\n",
    );
    write("a.txt", "A line.");
    let mut run = command(["run", "p.toml", "a.txt"]).current_dir(folder.path()).stderr(Stdio::null()).spawn().unwrap();
    let until = Instant::now() + Duration::from_mins(1);
    let pid = loop {
        let said = fs::read_to_string(folder.path().join("pid")).unwrap_or_default();
        match said.parse::<u32>() {
            Ok(pid) => break pid,
            Err(_) => assert!(Instant::now() < until, "it is not asked"),
        }
        thread::sleep(Duration::from_millis(20));
    };
    run.kill().expect("it runs");
    run.wait().expect("it ends");
    let is_there = || fs::read_to_string(format!("/proc/{pid}/cmdline")).is_ok_and(|line| line.contains("hangs.py"));
    while is_there() {
        assert!(Instant::now() < until, "the program has outlived the run");
        thread::sleep(Duration::from_millis(20));
    }
}

/// Documents are in the hands of a program, one of which ends it, and of a service, when the run is killed.
#[cfg(target_os = "linux")]
#[test]
fn a_run_that_is_killed_beside_a_program_and_a_service_comes_to_the_same() {
    if !has_python() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    write(
        "marks.py",
        "import json, sys\nsys.stdin.readline()\nprint('{\"protocol\":1,\"reads\":[],\"writes\":[]}', flush=True)\n\
         for line in sys.stdin:\n    asked = json.loads(line)\n    open('seen', 'a').write('x')\n    \
         if 'number 17 ' in line: sys.exit('not this one')\n    \
         change = {'do': 'note', 'code': 'seen', 'message': asked['view']['uri']}\n    \
         print(json.dumps({'id': asked['id'], 'patch': {'version': 1, 'changes': [change]}}), flush=True)\n",
    );
    write(
        "server.py",
        "import http.server, json\nclass Answer(http.server.BaseHTTPRequestHandler):\n    protocol_version = 'HTTP/1.1'\n    \
         def do_POST(self):\n        sent = self.rfile.read(int(self.headers['content-length']))\n        \
         patch = {'version': 1, 'changes': [{'do': 'ext', 'value': {'bytes': len(sent)}}]}\n        \
         said = json.dumps(patch).encode()\n        self.send_response(200)\n        \
         self.send_header('content-length', str(len(said)))\n        self.end_headers()\n        self.wfile.write(said)\n    \
         def log_message(self, *_): pass\n\
         server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Answer)\nprint(server.server_port, flush=True)\n\
         server.serve_forever()\n",
    );
    let mut server = std::process::Command::new("python3")
        .arg("server.py")
        .current_dir(folder.path())
        .stdout(Stdio::piped())
        .spawn()
        .expect("it starts");
    let mut port = String::new();
    BufReader::new(server.stdout.take().expect("a pipe")).read_line(&mut port).expect("it says where it listens");
    write(
        "p.toml",
        &format!(
            "[[stage]]\nuse = \"exec\"\nname = \"marks\"\ncommand = [\"python3\", \"marks.py\"]\nbatch = 4\n\n\
             [[stage]]\nuse = \"http\"\nname = \"sizes\"\nurl = \"http://127.0.0.1:{}/\"\nview = [\"blocks\"]\n\
             cache = \"cache\"\n\n[[export]]\nuse = \"jsonl\"\n",
            port.trim()
        ),
    );
    let line = |n: usize| format!("{{\"text\": \"The ferry number {n} sails across the harbour.\"}}\n");
    write("in.jsonl", &(0..300).map(line).collect::<String>());
    let run = |out: &str| {
        let mut run = command(["run", "p.toml", "in.jsonl", "--out", out, "-q"]);
        run.current_dir(folder.path()).stderr(Stdio::null()).stdout(Stdio::null());
        run
    };
    let seen = || fs::metadata(folder.path().join("seen")).map_or(0, |file| file.len());
    for more in [1, 20, 60, 120] {
        let (mut killed, until) = (run("killed").spawn().unwrap(), seen() + more);
        while seen() < until && killed.try_wait().unwrap().is_none() {
            thread::sleep(Duration::from_millis(2));
        }
        killed.kill().expect("it runs, or has run");
        killed.wait().expect("it ends");
    }
    let ended = run("killed").status().unwrap().code();
    let undisturbed = run("undisturbed").status().unwrap().code();
    server.kill().and_then(|()| server.wait()).expect("it ends");
    assert_eq!((ended, undisturbed), (Some(1), Some(1)), "one is in quarantine");
    for name in ["records.jsonl", "quarantine.jsonl"] {
        let [one, other] = ["killed", "undisturbed"].map(|out| fs::read_to_string(folder.path().join(out).join(name)));
        let (one, other) = (one.expect(name), other.expect(name));
        assert_eq!(one.lines().count(), if name == "records.jsonl" { 299 } else { 1 }, "{name}");
        assert_eq!(one, other, "{name}");
    }
}
