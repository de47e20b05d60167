//! What a newcomer begins with: pipelines by name, `new`, `init`, and what `build` refuses before it builds. That what `new`
//! writes compiles, passes its tests and can be built into a program is a step of `.ci/run`.

use std::{fs, path::Path};

use crate::program::{Ended, command, copydesk};

fn inside(folder: &Path, args: &[&str]) -> Ended {
    let output = command(args).current_dir(folder).output().expect("the program starts");
    Ended {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

const PAGE: &str =
    "# A ferry through the night\n\nThe harbour ferry will sail through the night from the first of June.\n";

#[test]
fn a_built_in_pipeline_runs_by_its_name() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.md"), PAGE).unwrap();
    // A folder of that name is no file.
    fs::create_dir(folder.path().join("news")).unwrap();
    let run = inside(folder.path(), &["run", "news", "a.md"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(folder.path().join("out/records.jsonl").is_file());
    assert!(inside(folder.path(), &["run", "text", "a.md", "-q"]).stdout.contains("through the night"));
    assert_eq!(inside(folder.path(), &["check", "news"]).code, 0);
    let bare = inside(folder.path(), &["run", "news"]);
    assert_eq!(bare.code, 2);
    assert!(bare.stderr.contains("news is built in and has no source of its own: name inputs"), "{}", bare.stderr);
    let slip = inside(folder.path(), &["run", "nwes", "a.md"]);
    assert!(slip.stderr.contains("did you mean `news`? (built in: news, text, corpus)"), "{}", slip.stderr);
}

#[test]
fn built_in_pipelines_are_listed_and_printed() {
    let list = copydesk(["pipelines"], "");
    assert!(list.stdout.contains("news    Everything:") && list.stdout.contains("text    Small:"), "{}", list.stdout);
    assert!(copydesk(["pipelines", "news"], "").stdout.contains("use = \"extract-metadata\""));
    let slip = copydesk(["pipelines", "tekst"], "");
    assert_eq!(slip.code, 2);
    assert!(slip.stderr.contains("did you mean `text`?"), "{}", slip.stderr);
}

#[test]
fn a_new_pipeline_and_one_for_a_folder_run() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("pages")).unwrap();
    fs::write(folder.path().join("pages/a.md"), PAGE).unwrap();
    let new = inside(folder.path(), &["new", "pipeline", "mine", "--like", "text"]);
    assert_eq!((new.code, new.stderr.contains("mine.toml: a pipeline like `text`")), (0, true), "{}", new.stderr);
    assert!(inside(folder.path(), &["run", "mine.toml", "pages", "-q"]).stdout.contains("through the night"));
    let again = inside(folder.path(), &["new", "pipeline", "mine"]);
    assert_eq!((again.code, again.stderr.contains("mine.toml is there already")), (2, true), "{}", again.stderr);

    let init = inside(folder.path(), &["init"]);
    assert!(init.stderr.contains("pipeline.toml: for 1 Markdown text"), "{}", init.stderr);
    let run = inside(folder.path(), &["run", "pipeline.toml"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(fs::read_to_string(folder.path().join("out/records.jsonl")).unwrap().contains("pages/a.md"));
    assert_eq!(inside(folder.path(), &["init"]).code, 2, "nothing is written over");
}

#[test]
fn a_new_crate_is_refused_where_it_could_not_be_used() {
    let folder = tempfile::tempdir().unwrap();
    for (args, message) in [
        (["new", "stage", "Mark"], "`Mark` is no name"),
        (["new", "stage", "detect-language"], "`detect-language` is the name of a stage already"),
        (["new", "export", "jsonl"], "`jsonl` is the name of an export already"),
        (["new", "source", "files"], "`files` is the name of a source already"),
        (["new", "survey", "find-duplicates"], "`find-duplicates` is the name of a survey already"),
    ] {
        let ended = inside(folder.path(), &args);
        assert!(ended.code == 2 && ended.stderr.contains(message), "{}", ended.stderr);
    }
    for part in ["stage", "source", "export", "survey"] {
        let ended = inside(folder.path(), &["new", part, &format!("my-own-{part}")]);
        assert_eq!(ended.code, 0, "{}", ended.stderr);
        let own = folder.path().join(format!("my-own-{part}"));
        assert!(own.join("src/lib.rs").is_file() && own.join("Cargo.lock").is_file());
    }
    let taken = inside(folder.path(), &["new", "stage", "my-own-stage"]);
    assert!(taken.stderr.contains("my-own-stage is there already"), "{}", taken.stderr);
}

#[test]
fn a_build_is_refused_before_anything_is_built() {
    let folder = tempfile::tempdir().unwrap();
    let cache = folder.path().join("cache");
    let build = |args: &[&str]| {
        let mut program = command([&["build"], args].concat());
        let output = program.current_dir(folder.path()).env("COPYDESK_CACHE", &cache).output().expect("it starts");
        assert_eq!(output.status.code(), Some(2));
        String::from_utf8_lossy(&output.stderr).into_owned()
    };
    fs::create_dir(folder.path().join("empty")).unwrap();
    for (args, message) in [
        (vec!["--with", "./nowhere", "-o", "mine"], "there is no folder ./nowhere"),
        (vec!["--with", "some-crate", "-o", "mine"], "named with its version: some-crate@1.0"),
        (vec!["--with", "empty", "-o", "mine"], "empty is no crate: there is no Cargo.toml in it"),
        (vec!["--with", "x@1", "--with", "x@2", "-o", "mine"], "`x` is named twice"),
        (vec!["--with", "x@1", "-o", "2 words"], "`2 words` cannot be the name of a program"),
        (vec!["--with", "x@1", "-o", "mine", "--locked"], "there is no mine.lock: build once without --locked"),
        (vec!["--with", "x@1", "-o", "mine", "--copydesk", "empty"], "empty is no checkout of Copydesk"),
    ] {
        let said = build(&args);
        assert!(said.contains(message), "{args:?}: {said}");
    }
}

#[test]
fn what_can_be_made_again_is_cleared_from_the_cache() {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in [
        ("target/debug/mine", 1_234_567),
        ("view/1.index", 12),
        ("build/letter.txt", 5),
        ("crates/0/Cargo.toml", 3),
        ("own", 1),
    ] {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, vec![b'x'; bytes]).unwrap();
    }
    let tag = "Signature: 8a477f597d28d172789f06886806bc55\n# What `copydesk` keeps here it can make again; `copydesk clean` \
        takes it away.\n";
    for (name, text) in [("target", tag), ("view", tag), ("build", "Signature: 8a477f597d28d172789f06886806bc55\n")] {
        fs::write(folder.path().join(name).join("CACHEDIR.TAG"), text).unwrap();
    }
    let clean = |args: &[&str]| {
        let mut program = command([&["clean"], args].concat());
        let output = program.env("COPYDESK_CACHE", folder.path()).output().expect("it starts");
        assert!(output.status.success());
        assert!(String::from_utf8_lossy(&output.stderr).contains("build: left as it is"), "it is not ours");
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    let there = |name: &str| folder.path().join(name).exists();
    let said = clean(&["--dry-run"]);
    assert!(said.contains("target: what cargo has built: 2 files, 1.2 MB\n"), "{said}");
    assert!(there("target/debug/mine") && there("view/1.index"));
    let said = clean(&[]);
    assert!(said.contains("target: what cargo has built: 2 files, 1.2 MB freed\n"), "{said}");
    assert!(said.contains("view: indices of `view`: 2 files, 136 bytes freed\n"), "{said}");
    assert!(!there("target") && !there("view"));
    assert!(
        there("crates/0/Cargo.toml") && there("own") && there("build/letter.txt"),
        "crates of others are built on the one, and the other is not ours"
    );
    assert!(clean(&[]).contains("target: what cargo has built: 0 files, 0 bytes freed\n"));
}

#[test]
fn tests_in_a_pipeline_file_say_what_is_not_as_expected() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.md"), PAGE).unwrap();
    let pipeline = "[[stage]]\nuse = \"strip-boilerplate\"\n[[export]]\nuse = \"jsonl\"\n\
        [[test]]\nname = \"good\"\nfile = \"a.md\"\ncontains = [\"through the night\"]\n\
        [[test]]\nname = \"bad <1>\"\nfile = \"a.md\"\ncontains = [\"by day\"]\nlacks = [\"harbour\"]\nrecord = { authors = [\"Ada\"] }\n\
        block = [{ text = \"sail\", label = \"share\" }, { text = \"nowhere\", label = \"body\" }]\n";
    fs::write(folder.path().join("p.toml"), pipeline).unwrap();
    let failed = inside(folder.path(), &["test", "p.toml", "--junit", "report.xml"]);
    assert_eq!(failed.code, 1, "{}", failed.stderr);
    for line in [
        "  ok   good",
        "  FAIL bad <1>",
        "expected [\"Ada\"]",
        "text: \"by day\"",
        "text: \"harbour\"",
        "block \"sail\"",
        "expected share",
        "no block with that text",
        "2 tests: 1 as expected, 1 not",
    ] {
        assert!(failed.stdout.contains(line), "{line}\n{}", failed.stdout);
    }
    let junit = fs::read_to_string(folder.path().join("report.xml")).unwrap();
    assert!(
        junit.contains("tests=\"2\" failures=\"1\" errors=\"0\"") && junit.contains("name=\"bad &lt;1&gt;\""),
        "{junit}"
    );
    assert_eq!(inside(folder.path(), &["test", "p.toml", "--only", "good"]).code, 0);
    assert_eq!(inside(folder.path(), &["test", "p.toml", "--only", "nothing"]).code, 1, "no test is no success");
    fs::remove_file(folder.path().join("a.md")).unwrap();
    assert_eq!(inside(folder.path(), &["test", "p.toml"]).code, 2, "a missing document is no result");
    let news = copydesk(["test", "news", "text"], "");
    assert_eq!(news.code, 0, "{}", news.stdout);
}

#[test]
fn a_pipeline_file_takes_values_from_the_environment() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("monday")).unwrap();
    fs::write(folder.path().join("monday/a.md"), PAGE).unwrap();
    let pipeline = "[source]\nuse = \"files\"\npaths = [\"${COPYDESK_TEST_DAY}\"]\n[[stage]]\nuse = \"strip-boilerplate\"\n\
        [[export]]\nuse = \"jsonl\"\n[run]\nout = \"${COPYDESK_TEST_OUT:--}\"\n";
    fs::write(folder.path().join("p.toml"), pipeline).unwrap();
    let refused = inside(folder.path(), &["check", "p.toml"]);
    assert_eq!(refused.code, 2);
    for part in ["the environment has no `COPYDESK_TEST_DAY`", "p.toml:3", "${COPYDESK_TEST_DAY:-default}"] {
        assert!(refused.stderr.contains(part), "{part}: {}", refused.stderr);
    }
    let mut run = command(["run", "p.toml", "-q"]);
    let output = run.current_dir(folder.path()).env("COPYDESK_TEST_DAY", "monday").output().unwrap();
    assert!(String::from_utf8_lossy(&output.stdout).contains("monday/a.md"), "{output:?}");
}

#[test]
fn a_stage_in_python_is_tested_and_runs_two_commands_after_it_was_begun() {
    let folder = tempfile::tempdir().unwrap();
    if std::process::Command::new("python3").arg("--version").output().is_err() {
        eprintln!("skipped: there is no python3");
        return;
    }
    let new = inside(folder.path(), &["new", "stage", "mark-releases", "--python"]);
    assert!(new.code == 0 && new.stderr.contains("It lives in mark_releases.py"), "{}", new.stderr);
    let own = folder.path().join("mark-releases");
    let tested = inside(&own, &["test", "pipeline.toml"]);
    assert!(tested.code == 0 && tested.stdout.contains("2 tests: 2 as expected"), "{}{}", tested.stdout, tested.stderr);
    let run = inside(&own, &["run", "pipeline.toml"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let records = fs::read_to_string(own.join("out/records.jsonl")).unwrap();
    assert!(records.contains("\"stage\":\"mark-releases\"") && records.contains("opens-with"), "{records}");
    // An edit of the file is another stage: what was done is done again.
    assert!(inside(&own, &["run", "pipeline.toml"]).stderr.contains("nothing to do"));
    let code = fs::read_to_string(own.join("mark_releases.py")).unwrap();
    fs::write(own.join("mark_releases.py"), code.replace("\"opens-with\"", "\"begins-with\"")).unwrap();
    assert_eq!(inside(&own, &["run", "pipeline.toml"]).code, 0);
    assert!(fs::read_to_string(own.join("out/records.jsonl")).unwrap().contains("begins-with"));
    assert_eq!(inside(&own, &["test", "pipeline.toml"]).code, 1, "and its test says so");
    // What it declares decides the order, and an option that it refuses has its line.
    let pipeline = fs::read_to_string(own.join("pipeline.toml")).unwrap();
    fs::write(own.join("bad.toml"), pipeline.replace("marks = [", "mark = [")).unwrap();
    let check = inside(&own, &["check", "bad.toml"]);
    assert!(check.code == 2 && check.stderr.contains("did you mean `marks`?"), "{}", check.stderr);
    fs::write(own.join("mark_releases.py"), code.replace("reads=[]", "reads=[\"languages\"]")).unwrap();
    let check = inside(&own, &["check", "pipeline.toml"]);
    assert!(check.stderr.contains("`mark-releases` runs before `detect-language`"), "{}", check.stderr);
}

/// In a chain with a stage from outside it works in the worker; that a process dies under it costs its document.
#[test]
fn a_document_that_ends_a_program_is_quarantined_and_the_run_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    if std::process::Command::new("python3").arg("--version").output().is_err() {
        eprintln!("skipped: there is no python3");
        return;
    }
    assert_eq!(inside(folder.path(), &["new", "stage", "fragile", "--python"]).code, 0);
    let own = folder.path().join("fragile");
    let code = "import os\nfrom copydesk_stage import stage\n\n@stage(reads=[], writes=[], view=[\"blocks\"])\ndef fragile(document):\n    \
        if document.blocks[0].text == \"poison\":\n        print(\"goodbye\", flush=True)\n        os.abort()\n    \
        document.keep(1 / (document.blocks[0].text != \"zero\"))\n\nfragile.run()\n";
    fs::write(own.join("fragile.py"), code).unwrap();
    fs::write(
        own.join("pipeline.toml"),
        "[[stage]]\nuse = \"exec\"\nname = \"fragile\"\ncommand = [\"python3\", \"fragile.py\"]\n[[export]]\nuse = \"jsonl\"\n",
    )
    .unwrap();
    for n in 0..60 {
        let text = if n == 30 {
            "poison"
        } else if n == 31 {
            "zero"
        } else {
            "A line."
        };
        fs::write(own.join(format!("pages/{n:02}.txt")), text).unwrap();
    }
    let run = inside(&own, &["run", "pipeline.toml", "pages"]);
    assert_eq!(run.code, 1, "{}", run.stderr);
    let quarantine = fs::read_to_string(own.join("out/quarantine.jsonl")).unwrap();
    for part in ["30.txt", "\"rule\":\"crash\"", "SIGABRT", "31.txt", "ZeroDivisionError", "fragile.py, line 9"] {
        assert!(quarantine.contains(part), "{part}\n{quarantine}");
    }
    assert_eq!(quarantine.lines().count(), 2);
    assert_eq!(fs::read_to_string(own.join("out/records.jsonl")).unwrap().lines().count(), 59);
    assert!(run.stderr.contains("goodbye"), "what it prints is in the log: {}", run.stderr);
}

/// The example, in as many of its languages as this machine speaks, says the same in all of them.
#[test]
fn the_stage_of_the_example_does_the_same_in_every_language() {
    let folder = crate::program::root().join("examples/exec");
    let out = tempfile::tempdir().unwrap();
    let mut records = Vec::new();
    for (language, program) in [("python", "python3"), ("node", "node"), ("jq", "jq")] {
        if std::process::Command::new(program).arg("--version").output().is_err() {
            eprintln!("skipped: there is no {program}");
            continue;
        }
        let pipeline = format!("{language}.toml");
        let tested = inside(&folder, &["test", &pipeline]);
        assert!(tested.code == 0 && tested.stdout.contains("1 as expected"), "{}{}", tested.stdout, tested.stderr);
        let to = out.path().join(language);
        let run = inside(&folder, &["run", &pipeline, "--out", &to.display().to_string()]);
        assert_eq!(run.code, 0, "{}", run.stderr);
        records.push(fs::read_to_string(to.join("records.jsonl")).unwrap());
    }
    assert!(records.windows(2).all(|pair| pair[0] == pair[1]), "{records:#?}");
    assert!(records.first().is_none_or(|record| record.contains("`note to editors:`")), "{records:?}");
}

#[test]
fn a_condition_says_for_which_documents_a_stage_or_an_export_is() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("pages")).unwrap();
    fs::write(folder.path().join("pages/en.md"), PAGE).unwrap();
    let german = "# Die Fähre fährt durch die Nacht\n\nDie Hafenfähre wird ab dem ersten Juni die ganze Nacht hindurch fahren.\n";
    fs::write(folder.path().join("pages/de.md"), german).unwrap();
    let pipeline = |when: &str, first: &str, second: &str| {
        format!(
            "[[stage]]\nuse = \"strip-boilerplate\"\n[[stage]]\nuse = \"{first}\"\n[[stage]]\nuse = \"{second}\"\n\
            [[export]]\nuse = \"jsonl\"\n[[export]]\nuse = \"jsonl\"\nfile = \"german.jsonl\"\nwhen = 'language == \"de\"'\n"
        )
        .replace("use = \"extract-metadata\"\n", &format!("use = \"extract-metadata\"\nwhen = '{when}'\n"))
    };
    let german_only = "language == \"de\" && size(text) > 10";
    fs::write(folder.path().join("p.toml"), pipeline(german_only, "detect-language", "extract-metadata")).unwrap();
    let run = inside(folder.path(), &["run", "p.toml", "pages"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let records = fs::read_to_string(folder.path().join("out/records.jsonl")).unwrap();
    let title = |of: &str| {
        let line = records.lines().find(|line| line.contains(of)).expect("a record");
        line.contains("\"title\":\"")
    };
    assert!(title("pages/de.md") && !title("pages/en.md"), "{records}");
    let german = fs::read_to_string(folder.path().join("out/german.jsonl")).unwrap();
    assert!(german.lines().count() == 1 && german.contains("pages/de.md"), "{german}");
    // Another condition is other work.
    fs::write(folder.path().join("p.toml"), pipeline("true", "detect-language", "extract-metadata")).unwrap();
    assert_eq!(inside(folder.path(), &["run", "p.toml", "pages"]).code, 0);
    assert!(!fs::read_to_string(folder.path().join("out/records.jsonl")).unwrap().contains("\"title\":null"));
    for (when, first, second, says) in [
        ("langauge == \"de\"", "detect-language", "extract-metadata", "did you mean `language`?"),
        ("size(authors)", "detect-language", "extract-metadata", "is a whole number, and has to be true or false"),
        (german_only, "extract-metadata", "detect-language", "`extract-metadata` runs before `detect-language`"),
    ] {
        fs::write(folder.path().join("p.toml"), pipeline(when, first, second)).unwrap();
        let check = inside(folder.path(), &["check", "p.toml"]);
        assert!(check.code == 2 && check.stderr.contains(says), "{says}: {}", check.stderr);
    }
    // A condition is asked before its stage has written anything.
    let when = |stage: &str, when: &str| {
        let file = format!(
            "[[stage]]\nuse = \"strip-boilerplate\"\n[[stage]]\nuse = \"{stage}\"\nwhen = '{when}'\n[[export]]\nuse = \"jsonl\"\n\
            when = 'size(captions) > 0'\n"
        );
        fs::write(folder.path().join("p.toml"), file).unwrap();
        inside(folder.path(), &["check", "p.toml"])
    };
    let own = when("split-captions", "size(captions) > 0");
    let says = "`when` of `split-captions` asks for captions, which `split-captions` itself writes";
    assert!(own.code == 2 && own.stderr.contains(says), "{}", own.stderr);
    // The kind of a page is known before, and a title is not.
    let part = when("extract-metadata", "title != \"\"");
    let says = "`when` of `extract-metadata` asks for metadata before `extract-metadata` has written its part";
    assert!(part.code == 0 && part.stderr.contains(says), "{}", part.stderr);
    let never = "`when` of export `jsonl` asks for captions, and no stage of this chain writes it";
    assert!(part.stderr.contains(never), "{}", part.stderr);
}

/// The example with a model behind HTTP: it is asked once, a second run needs no server, and without any the run ends.
#[test]
fn a_service_is_asked_once_and_a_run_ends_without_it() {
    use std::{io::BufRead as _, process::Stdio};

    let folder = crate::program::root().join("examples/http");
    let server = std::process::Command::new("python3")
        .args(["model_server.py", "--port", "0"])
        .current_dir(&folder)
        .stdout(Stdio::piped())
        .spawn();
    let Ok(mut server) = server else {
        eprintln!("skipped: there is no python3");
        return;
    };
    let mut line = String::new();
    std::io::BufReader::new(server.stdout.take().expect("a pipe"))
        .read_line(&mut line)
        .expect("it says where it listens");
    let port = line.trim().rsplit(':').next().unwrap_or_default().to_owned();
    let out = tempfile::tempdir().unwrap();
    let run = |cache: &str, to: &str| {
        let mut run = command(["run", "pipeline.toml", "--out", &out.path().join(to).display().to_string()]);
        run.current_dir(&folder).env("TOPICS_PORT", &port).env("TOPICS_CACHE", out.path().join(cache));
        let output = run.output().expect("it starts");
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let (first, said) = run("cache", "first");
    server.kill().and_then(|()| server.wait()).expect("it ends");
    assert_eq!(first, Some(0), "{said}");
    let records = |to: &str| fs::read_to_string(out.path().join(to).join("records.jsonl")).unwrap();
    for topics in
        ["{\\\"topics\\\":[\\\"transport\\\"]}", "{\\\"topics\\\":[\\\"markets\\\",\\\"weather\\\",\\\"transport\\\"]}"]
    {
        assert!(records("first").contains(topics), "{topics}: {}", records("first"));
    }
    let (second, said) = run("cache", "second");
    assert_eq!((second, records("second")), (Some(0), records("first")), "{said}");
    let text = fs::read_to_string(folder.join("pipeline.toml")).unwrap();
    fs::write(out.path().join("gone.toml"), text.replace("at_once = 4", "at_once = 4\nattempts = 1\nfailures = 1"))
        .unwrap();
    fs::create_dir(out.path().join("pages")).unwrap();
    fs::write(out.path().join("pages/a.md"), PAGE).unwrap();
    let mut gone = command(["run", "gone.toml"]);
    let gone = gone.current_dir(out.path()).env("TOPICS_PORT", &port).output().expect("it starts");
    let said = String::from_utf8_lossy(&gone.stderr);
    assert_eq!(gone.status.code(), Some(2), "{said}");
    for part in ["`topics` has stopped the run", "cannot be reached", "the same command goes on from there"] {
        assert!(said.contains(part), "{part}: {said}");
    }
    assert!(!out.path().join("out/records.jsonl").exists());
}

#[test]
fn records_go_to_a_file_for_each_language_and_site() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("pages")).unwrap();
    for n in 0..40 {
        let site = ["one.example", "WWW.one.example", "two.example"][n % 3];
        let text = format!(
            "---\ntitle: Ferry {n}\nurl: https://{site}/{n}\n---\n\nThe harbour ferry number {n} will sail through the night.\n"
        );
        fs::write(folder.path().join(format!("pages/{n:02}.md")), text).unwrap();
    }
    fs::write(folder.path().join("pages/none.txt"), "42").unwrap();
    let pipeline = |export: &str| {
        format!(
            "[[stage]]\nuse = \"strip-boilerplate\"\n[[stage]]\nuse = \"detect-language\"\n[[stage]]\nuse = \"extract-metadata\"\n\
            [[export]]\nuse = \"jsonl\"\npath = \"{{language}}/{{site}}.jsonl\"\n\
            [[export]]\nuse = \"csv\"\nfile = \"table.csv\"\npath = \"{{language}}\"\nwhen = 'language != \"\"'\n{export}\n\
            [run]\nshard_documents = 8\n"
        )
    };
    fs::write(folder.path().join("p.toml"), pipeline("")).unwrap();
    let run = inside(folder.path(), &["run", "p.toml", "pages"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let out = folder.path().join("out");
    let lines = |file: &str| fs::read_to_string(out.join(file)).unwrap_or_else(|error| panic!("{file}: {error}"));
    let names = |file: &str| {
        let lines = lines(file);
        let name = |line: &str| line.split("pages/").nth(1).map(|rest| rest[..2].to_owned()).expect("a name");
        lines.lines().map(name).collect::<Vec<_>>()
    };
    let (one, two) = (names("records/en/one.example.jsonl"), names("records/en/two.example.jsonl"));
    assert_eq!((one.len(), two.len()), (27, 13));
    assert!(one.is_sorted() && two.is_sorted(), "in the order of the input: {one:?}");
    assert!(lines("records/unknown/unknown.jsonl").contains("none.txt"));
    let table = lines("table/en.csv");
    assert!(
        table.lines().count() == 41 && table.lines().filter(|line| line.starts_with("id,")).count() == 1,
        "{table}"
    );
    // What is added, what changes and what goes finds its way.
    fs::write(
        folder.path().join("pages/99.md"),
        "---\nurl: https://three.example/\n---\n\nThe ferry sails through the night again.\n",
    )
    .unwrap();
    fs::remove_file(folder.path().join("pages/none.txt")).unwrap();
    let again = inside(folder.path(), &["run", "p.toml", "pages", "--replace"]);
    assert_eq!(again.code, 0, "{}", again.stderr);
    assert_eq!(names("records/en/three.example.jsonl"), ["99"]);
    assert!(
        !out.join("records/unknown").join("unknown.jsonl").exists() && names("records/en/one.example.jsonl") == one
    );
    for (export, says) in [
        ("[[export]]\nuse = \"jsonl\"\nfile = \"a.jsonl\"\npath = \"{langauge}\"", "did you mean `language`?"),
        ("[[export]]\nuse = \"jsonl\"\nfile = \"a.jsonl\"\npath = \"../{site}\"", "leads out of the folder"),
        (
            "[[export]]\nuse = \"jsonl\"\nfile = \"a.jsonl.gz\"\ncompression = \"gzip\"\npath = \"{site}\"",
            "are not compressed",
        ),
        ("[[export]]\nuse = \"sqlite\"\npath = \"{site}\"", "rows one behind the other"),
        ("[[export]]\nuse = \"jsonl\"\nfile = \"a.jsonl\"\npath = 3", "must be text"),
    ] {
        fs::write(folder.path().join("bad.toml"), pipeline(export)).unwrap();
        let check = inside(folder.path(), &["check", "bad.toml"]);
        assert!(check.code == 2 && check.stderr.contains(says), "{says}: {}", check.stderr);
    }
}
