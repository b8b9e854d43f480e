//! One command: how it is found, what it gets, how it ends and what is kept of it.

use super::*;

#[test]
fn a_program_that_is_not_there_is_not_found() {
    let dir = TempDir::new().unwrap();
    for word in [
        "no-such-program-anywhere",
        "./no-such-file",
        "/no/such/file",
    ] {
        let ended = end(&command(direct(&[word, "x"]), dir.path()));
        assert_eq!(ended.how, Termination::NotFound(word.to_owned()));
        assert_eq!(ended.output.log, None);
    }
}

#[test]
fn a_file_without_permission_is_not_executable() {
    let dir = TempDir::new().unwrap();
    script(dir.path(), "tool", "#!/bin/sh\n", 0o644);
    let how = end(&command(direct(&["./tool"]), dir.path())).how;
    assert_eq!(how, Termination::NotExecutable("./tool".to_owned()));
    let mut by_name = command(direct(&["tool"]), dir.path());
    by_name.env.push((
        "PATH".into(),
        format!("/nowhere:{}", dir.path().display()).into(),
    ));
    assert_eq!(
        end(&by_name).how,
        Termination::NotExecutable("tool".to_owned())
    );
    let how = end(&command(direct(&["/tmp"]), dir.path())).how;
    assert_eq!(how, Termination::NotExecutable("/tmp".to_owned()));
}

#[test]
fn a_script_that_cannot_start_says_which_line_is_wrong() {
    let dir = TempDir::new().unwrap();
    let trouble = |name: &str, text: &str| {
        script(dir.path(), name, text, 0o755);
        end(&command(direct(&[&format!("./{name}")]), dir.path()))
            .how
            .to_string()
    };
    let plain = trouble("plain", "echo x\n");
    assert!(
        plain.contains("`#!`") && plain.contains("`sh ./plain`"),
        "{plain}"
    );
    let missing = trouble("missing", "#!/no/such/shell -e\n");
    assert!(missing.contains("`/no/such/shell`"), "{missing}");
    let dos = trouble("dos", "#!/bin/sh\r\necho x\r\n");
    assert!(dos.contains("`/bin/sh\\r`"), "{dos}");
}

#[test]
fn what_the_system_refuses_is_said_in_words() {
    let dir = TempDir::new().unwrap();
    let long = "x".repeat(4 << 20);
    let how = end(&command(direct(&["true", &long]), dir.path()))
        .how
        .to_string();
    assert!(how.contains("too long"), "{how}");
    let how = end(&command(direct(&["true"]), &dir.path().join("none")))
        .how
        .to_string();
    assert!(how.contains("no directory"), "{how}");
    assert_eq!(
        end(&command(direct(&[]), dir.path())).how,
        Termination::NotFound(String::new())
    );
}

#[test]
fn exit_status_and_signal_are_told_apart() {
    let dir = TempDir::new().unwrap();
    assert_eq!(end(&sh("exit 7", dir.path())).how, Termination::Exit(7));
    assert_eq!(
        end(&sh("kill -9 $$", dir.path())).how,
        Termination::Signal(9)
    );
    assert_eq!(end(&sh("exit 137", dir.path())).how, Termination::Exit(137));
}

#[test]
fn a_silent_command_leaves_no_log() {
    let dir = TempDir::new().unwrap();
    let ended = end(&command(direct(&["true"]), dir.path()));
    assert_eq!((ended.how, ended.output.log), (Termination::Exit(0), None));
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0);
}

#[test]
fn any_byte_reaches_the_log_in_order() {
    let dir = TempDir::new().unwrap();
    let command = sh(
        r"printf 'a\000b\377\n'; printf 'err\033[31m' >&2; printf end",
        dir.path(),
    );
    let ended = end(&command);
    let wanted = b"a\0b\xff\nerr\x1b[31mend";
    assert_eq!(ended.output.head, wanted);
    assert_eq!(
        (ended.output.bytes, ended.output.cut),
        (wanted.len() as u64, 0)
    );
    assert_eq!(std::fs::read(ended.output.log.unwrap()).unwrap(), wanted);
}

#[test]
fn program_environment_and_directory_are_as_asked() {
    let dir = TempDir::new().unwrap();
    std::fs::create_dir(dir.path().join("bin")).unwrap();
    script(
        dir.path(),
        "bin/tool",
        "#!/bin/sh\necho \"$0|$A|${HOME-none}|$TOLLGATE_RUN|$(pwd -P)\"\n",
        0o755,
    );
    let mut command = command(direct(&["bin/tool"]), dir.path());
    let env = [("A", "1"), ("A", "2"), ("TOLLGATE_RUN", "no")];
    command.env = env
        .iter()
        .map(|(name, value)| (name.into(), value.into()))
        .collect();
    command.env_remove = vec!["HOME".into(), "A".into()];
    let place = dir.path().canonicalize().unwrap();
    let (marker, place) = (&command.marker, place.display());
    let ended = end(&command);
    let tool = dir.path().join("bin/tool");
    assert_eq!(
        said(&ended),
        format!("{}|2|none|{marker}|{place}\n", tool.display())
    );
    // The name as typed, not the file that was found for it.
    let ended = end(&crate::command(
        direct(&["sh", "-c", "echo $0"]),
        dir.path(),
    ));
    assert_eq!(said(&ended), "sh\n");
}

/// What programs see that could depend on how they were started: environment, signals, group and descriptors.
#[cfg(target_os = "linux")]
fn seen(place: &Path, spool: &Spool) -> Vec<String> {
    let look = |words: &[&str]| {
        let mut command = Command::new(direct(words), place, "a marker");
        command.env = vec![("A".into(), "1".into()), ("A".into(), "2=3".into())];
        command.env_remove = vec!["A".into(), "HOME".into()];
        command.spool = spool.clone();
        let ended = end(&command);
        assert_eq!(ended.how, Termination::Exit(0), "{}", said(&ended));
        said(&ended)
    };
    let environment = look(&["cat", "/proc/self/environ"]);
    let mut seen: Vec<String> = environment.split('\0').map(str::to_owned).collect();
    seen.sort();
    let status = look(&["cat", "/proc/self/status"]);
    let signals = |line: &&str| line.starts_with("SigBlk") || line.starts_with("SigIgn");
    seen.extend(status.lines().filter(signals).map(str::to_owned));
    let stat = look(&["cat", "/proc/self/stat"]);
    let fields: Vec<&str> = stat.split(' ').collect();
    seen.push(format!("leads its group: {}", fields[0] == fields[4]));
    // With what this test was given itself, and the folder that is listed.
    seen.push(format!("descriptors: {}", look(&["ls", "/proc/self/fd"])));
    let ends = look(&[
        "readlink",
        "/proc/self/fd/0",
        "/proc/self/fd/1",
        "/proc/self/fd/2",
    ]);
    let ends: Vec<&str> = ends.lines().collect();
    seen.push(format!(
        "input: {}, one pipe: {}",
        ends[0],
        ends[1] == ends[2]
    ));
    seen
}

#[cfg(target_os = "linux")]
#[test]
fn a_command_in_our_own_directory_is_started_like_one_elsewhere() {
    let (dir, here) = (TempDir::new().unwrap(), std::env::current_dir().unwrap());
    let merged = seen(&here, &Spool::Merged);
    assert_eq!(merged, seen(dir.path(), &Spool::Merged));
    let has = |wanted: &str| merged.iter().any(|one| one == wanted);
    assert!(has("A=2=3") && !has("A=1") && has("TOLLGATE_RUN=a marker"));
    assert!(!merged.iter().any(|one| one.starts_with("HOME=")));
    assert!(has("leads its group: true"));
    assert!(has("input: /dev/null, one pipe: true"));
    // SIGPIPE, which this process ignores, is the thirteenth.
    let ignored = merged.iter().find_map(|one| one.strip_prefix("SigIgn:\t"));
    let ignored = u64::from_str_radix(ignored.unwrap(), 16).unwrap();
    assert_eq!(ignored & (1 << 12), 0, "{ignored:x}");
    let split = Spool::Split {
        stdout: None,
        stderr: None,
    };
    assert_eq!(seen(&here, &split), seen(dir.path(), &split));
    assert!(seen(&here, &split).contains(&"input: /dev/null, one pipe: false".to_owned()));
}

#[cfg(target_os = "linux")]
#[test]
fn what_the_system_refuses_in_our_own_directory_is_said_in_the_same_words() {
    let here = std::env::current_dir().unwrap();
    let how = |words: &[&str]| {
        let command = Command::new(direct(words), &here, marker());
        end(&command).how.to_string()
    };
    assert!(how(&["true", &"x".repeat(4 << 20)]).contains("too long"));
    assert!(how(&["true", "a\0b"]).contains("nul byte"));
    let dir = TempDir::new().unwrap();
    script(dir.path(), "broken", "#!/no/such/program\n", 0o755);
    let broken = dir.path().join("broken");
    assert!(how(&[broken.to_str().unwrap()]).contains("`/no/such/program`"));
}

#[test]
fn standard_input_is_empty() {
    let dir = TempDir::new().unwrap();
    let ended = end(&sh("cat; read line || echo nothing", dir.path()));
    assert_eq!(
        (said(&ended).as_str(), ended.how),
        ("nothing\n", Termination::Exit(0))
    );
}

#[test]
fn split_output_goes_to_two_files_and_one_log() {
    let dir = TempDir::new().unwrap();
    let (out, err) = (dir.path().join("out"), dir.path().join("err"));
    let mut command = sh("echo one; echo two >&2; echo hunter22", dir.path());
    command.spool = Spool::Split {
        stdout: Some(out.clone()),
        stderr: Some(err.clone()),
    };
    command.mask = Arc::new(Mask::new(vec!["hunter22".to_owned()]));
    let ended = end(&command);
    assert_eq!(std::fs::read_to_string(&out).unwrap(), "one\n***\n");
    assert_eq!(std::fs::read_to_string(&err).unwrap(), "two\n");
    let log = std::fs::read_to_string(ended.output.log.unwrap()).unwrap();
    let mut lines: Vec<&str> = log.lines().collect();
    lines.sort_unstable();
    assert_eq!(lines, ["***", "one", "two"]);
    // A report that says nothing is still a report that was written.
    let mut silent = sh("true", dir.path());
    silent.spool = Spool::Split {
        stdout: Some(dir.path().join("empty")),
        stderr: None,
    };
    assert_eq!(end(&silent).output.log, None);
    assert_eq!(std::fs::read(dir.path().join("empty")).unwrap(), b"");
}

#[test]
fn a_query_keeps_both_outputs_up_to_its_limit() {
    let dir = TempDir::new().unwrap();
    let command = sh("echo answer; echo complaint >&2; exit 3", dir.path());
    let answer = query(&command, 1 << 20, &Stop::new());
    assert_eq!(
        (answer.stdout.as_slice(), answer.stderr.as_slice()),
        (&b"answer\n"[..], &b"complaint\n"[..])
    );
    assert!(!answer.cut && !answer.is_ok() && answer.how == Termination::Exit(3));
    let answer = query(&command, 4, &Stop::new());
    assert_eq!((answer.stdout.as_slice(), answer.cut), (&b"answ"[..], true));
}

#[test]
fn a_secret_split_across_writes_is_masked_everywhere() {
    let dir = TempDir::new().unwrap();
    let mut command = sh(
        "printf 'x hun'; sleep 0.1; printf 'ter'; sleep 0.1; echo 22 y",
        dir.path(),
    );
    command.mask = Arc::new(Mask::new(vec!["hunter22".to_owned()]));
    let mut live = Vec::new();
    let ended = run(
        &command,
        &Stop::new(),
        Some(&mut |bytes| live.extend_from_slice(bytes)),
    );
    assert_eq!(said(&ended), "x *** y\n");
    assert_eq!(live, b"x *** y\n");
    assert_eq!(
        std::fs::read(ended.output.log.unwrap()).unwrap(),
        b"x *** y\n"
    );
    assert_eq!(ended.output.bytes, 13);
}

#[test]
fn a_full_disk_is_told_and_the_command_goes_on() {
    if !Path::new("/dev/full").exists() {
        return;
    }
    let dir = TempDir::new().unwrap();
    let mut command = sh("head -c 300000 /dev/zero; exit 4", dir.path());
    command.log = Some("/dev/full".into());
    let ended = end(&command);
    assert_eq!(
        (ended.how, ended.output.bytes),
        (Termination::Exit(4), 300_000)
    );
    let trouble = ended.output.trouble.unwrap();
    assert!(
        trouble.contains("`/dev/full` is incomplete") && trouble.contains("o space"),
        "{trouble}"
    );
    command.log = Some(dir.path().join("none/log"));
    let trouble = end(&command).output.trouble.unwrap();
    assert!(trouble.contains("none/log` could not be made"), "{trouble}");
}
