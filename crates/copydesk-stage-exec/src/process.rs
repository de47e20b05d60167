//! One process of the program: started, introduced, asked, ended.
//!
//! A thread writes to it and one reads what it says, so that neither side can wait for the other for good; whoever asks hears
//! of both through channels, and looks at the clock.
#![expect(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "this is the one stage that starts a program: its work is done there, under a limit of time"
)]

use std::{
    collections::VecDeque,
    fmt,
    io::{BufRead, BufReader, Read, Write},
    mem,
    ops::Range,
    process::{Child, ChildStderr, Command, ExitStatus, Stdio},
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{self, Receiver, RecvTimeoutError, Sender},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use copydesk_stage::{ConfigError, Handed, Patch, StageError};

use crate::{
    Config, Introduction, Refusal,
    protocol::{self, Hello, PROTOCOL, Unfit},
};

/// So many bytes of documents may be under way to a program, or one document.
const WINDOW: usize = 1 << 20;
/// So many bytes go out at once.
const CHUNK: usize = 1 << 16;
/// No line that a program says is longer.
const LONGEST_LINE: usize = 64 << 20;
/// So many of its last words are kept, and so much of each.
const LAST_WORDS: usize = 4;
const LONGEST_WORD: u64 = 4 << 10;
/// A program has so long to end by itself once its input has ended.
const FAREWELL: Duration = Duration::from_secs(1);

/// What is wrong with a process.
#[derive(Debug)]
pub(crate) enum Fault {
    /// It could not be started.
    NotStarted(String),
    /// It does not take its options.
    Refused(Refusal),
    /// What it says of itself is wrong.
    Introduction(String),
    /// It has ended, or closed its output.
    Died { how: String, words: Vec<String> },
    /// It says nothing.
    Late(Duration),
    /// It says what it should not.
    Nonsense(String),
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotStarted(error) => write!(f, "could not be started: {error}"),
            Self::Refused(Refusal { error, .. }) => write!(f, "refused its options: {error}"),
            Self::Introduction(what) => write!(f, "introduces itself wrongly: {what}"),
            Self::Died { how, words } => {
                f.write_str(how)?;
                match words.last() {
                    Some(last) => write!(f, "; its last words: {last}"),
                    None => Ok(()),
                }
            }
            Self::Late(patience) => write!(f, "said nothing for {} s", patience.as_secs_f64()),
            Self::Nonsense(what) => f.write_str(what),
        }
    }
}

impl Fault {
    /// What is wrong with a document that a program fails on twice.
    pub(crate) fn into_stage_error(self, config: &Config) -> StageError {
        let rule = match &self {
            Self::NotStarted(_) | Self::Refused(_) | Self::Introduction(_) => "exec-start",
            Self::Died { .. } => "crash",
            Self::Late(_) => "limit.time",
            Self::Nonsense(_) => "bad-answer",
        };
        StageError::new(rule, format!("`{}` {self}", config.shown()))
    }

    /// What is wrong with a pipeline file whose program does not introduce itself.
    pub(crate) fn into_config_error(self, config: &Config) -> ConfigError {
        match self {
            Self::Refused(Refusal { error, option }) => {
                let path = option.map_or_else(|| "options".into(), |option| format!("options.{option}"));
                ConfigError::at(path, error)
            }
            Self::NotStarted(_) => ConfigError::at("command", format!("`{}` {self}", config.shown()))
                .help("a file is a program if it may be executed and begins with `#!` and the way to its interpreter"),
            Self::Late(_) => {
                ConfigError::at("command", format!("`{}` {self}, and did not introduce itself", config.shown())).help(
                    "it is sent a line and has to answer with one; if it has much to load, raise `seconds_to_start`",
                )
            }
            Self::Died { .. } => {
                ConfigError::at("command", format!("`{}` {self}, and did not introduce itself", config.shown()))
                    .help("what it says on standard error stands in the log")
            }
            Self::Introduction(_) => ConfigError::at("command", format!("`{}` {self}", config.shown())).help(
                "docs/exec-protocol.md has what a program says of itself; with the module for Python it is what stands in \
                 `@stage(...)`",
            ),
            Self::Nonsense(_) => ConfigError::at(
                "command",
                format!("`{}` cannot be worked with: {self}", config.shown()),
            )
            .help(
                "standard output is for the protocol alone (docs/exec-protocol.md); print for people on standard error",
            ),
        }
    }
}

/// A process of the program.
pub(crate) struct Process {
    child: Child,
    /// To the thread that writes; gone when the process is to end.
    to: Option<Sender<Vec<u8>>>,
    from: Receiver<Vec<u8>>,
    /// What it has said; before `start` it has been heard, and up to `searched` there is no end of a line.
    said: Vec<u8>,
    start: usize,
    searched: usize,
    words: Arc<Mutex<VecDeque<String>>>,
    listener: Option<JoinHandle<()>>,
    /// The thread that reads, and has started the program, stays for as long as this is there.
    _stays: Sender<()>,
    next_id: u64,
    answered: bool,
}

impl fmt::Debug for Process {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Process").field("child", &self.child.id()).finish_non_exhaustive()
    }
}

impl Process {
    /// Starts a process, and has it introduce itself.
    pub(crate) fn start(config: &Config) -> Result<(Self, Introduction), Fault> {
        let mut process = Self::spawn(config).map_err(|error| Fault::NotStarted(error.to_string()))?;
        let hello = Hello { protocol: PROTOCOL, options: std::borrow::Cow::Borrowed(&config.options) };
        let mut line = serde_json::to_vec(&hello).map_err(|error| Fault::NotStarted(error.to_string()))?;
        line.push(b'\n');
        process.send(line);
        let line = process.line(config.patience_at_start())?;
        match Introduction::read(&process.said[line]) {
            Ok(introduction) => Ok((process, introduction)),
            Err(Unfit::Refused(refusal)) => Err(Fault::Refused(refusal)),
            Err(Unfit::Introduction(what)) => Err(Fault::Introduction(what)),
            Err(Unfit::Nonsense(what)) => Err(Fault::Nonsense(what)),
        }
    }

    fn spawn(config: &Config) -> std::io::Result<Self> {
        let Some((program, arguments)) = config.command.split_first() else {
            return Err(std::io::ErrorKind::InvalidInput.into());
        };
        let mut command = Command::new(program);
        command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        // A key that interrupts this process from a terminal lets it end its work first, which needs the program.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let (to, lines) = mpsc::channel::<Vec<u8>>();
        let (said, from) = mpsc::sync_channel(16);
        let (started, child) = mpsc::channel();
        let (stays, is_dropped) = mpsc::channel::<()>();
        let words = Arc::new(Mutex::new(VecDeque::new()));
        // Whoever reads has started it, too: where a program ends with who started it, that is a thread, and this one stays.
        thread::Builder::new().name("exec-read".into()).spawn(move || {
            let mut child = spawn_with_us(command);
            let stdout = child.as_mut().ok().and_then(|child| child.stdout.take());
            let (Ok(()), Some(mut stdout)) = (started.send(child), stdout) else { return };
            let mut buffer = vec![0; CHUNK];
            while let Ok(read @ 1..) = stdout.read(&mut buffer) {
                if said.send(buffer[..read].to_vec()).is_err() {
                    break;
                }
            }
            // A program that has closed its output may still have something to say and to put away.
            drop((said, stdout));
            let _ = is_dropped.recv();
        })?;
        let mut child: Child = child.recv().map_err(std::io::Error::other)??;
        if let Some(mut stdin) = child.stdin.take() {
            thread::Builder::new().name("exec-write".into()).spawn(move || {
                // A process that does not listen any more shows by what it says.
                while lines.recv().is_ok_and(|bytes| stdin.write_all(&bytes).and_then(|()| stdin.flush()).is_ok()) {}
            })?;
        }
        let listener = child.stderr.take().map(|stderr| {
            let (words, shown) = (Arc::clone(&words), config.shown());
            thread::Builder::new().name("exec-log".into()).spawn(move || log(stderr, &shown, &words))
        });
        let listener = listener.transpose()?;
        Ok(Self {
            child,
            to: Some(to),
            from,
            said: Vec::new(),
            start: 0,
            searched: 0,
            words,
            listener,
            _stays: stays,
            next_id: 0,
            answered: false,
        })
    }

    /// Whether it has ever answered to a document.
    pub(crate) fn has_answered(&self) -> bool {
        self.answered
    }

    fn send(&self, bytes: Vec<u8>) {
        if let Some(to) = &self.to {
            // That nobody listens any more shows where the answer is waited for.
            let _ = to.send(bytes);
        }
    }

    /// Asks it about documents, by their places, and hears its answers, each of which goes to `settle`. After a fault those
    /// that it has not answered are as they were.
    pub(crate) fn exchange(
        &mut self,
        documents: &mut [Handed<'_>],
        places: &[usize],
        wants: &Introduction,
        patience: Duration,
        mut settle: impl FnMut(usize, &mut Handed<'_>, Result<Patch, StageError>),
    ) -> Result<(), Fault> {
        let first = self.next_id;
        self.next_id += places.len() as u64;
        // How many bytes each takes that is with the program; none, once it is answered.
        let mut open: Vec<Option<usize>> = Vec::with_capacity(places.len());
        let (mut under_way, mut left) = (0, places.len());
        let mut lines = Vec::new();
        while left > 0 {
            while open.len() < places.len() && (under_way == 0 || under_way < WINDOW) {
                let (place, before) = (places[open.len()], lines.len());
                match protocol::write_request(&mut lines, first + open.len() as u64, &documents[place], wants) {
                    Ok(()) => {
                        under_way += lines.len() - before;
                        open.push(Some(lines.len() - before));
                    }
                    Err(error) => {
                        settle(place, &mut documents[place], Err(error));
                        open.push(None);
                        left -= 1;
                    }
                }
                if lines.len() >= CHUNK {
                    self.send(mem::take(&mut lines));
                }
            }
            if !lines.is_empty() {
                self.send(mem::take(&mut lines));
            }
            if left == 0 {
                break;
            }
            let line = self.line(patience)?;
            let (id, patch) = protocol::read_answer(&self.said[line]).map_err(Fault::Nonsense)?;
            let at = id.checked_sub(first).map_or(usize::MAX, |at| at as usize);
            let Some(bytes) = open.get_mut(at).and_then(Option::take) else {
                return Err(Fault::Nonsense(format!("answered to document {id}, which it does not have in hand")));
            };
            self.answered = true;
            under_way -= bytes;
            left -= 1;
            settle(places[at], &mut documents[places[at]], patch);
        }
        Ok(())
    }

    /// The next line that it says, as a part of `said`.
    fn line(&mut self, patience: Duration) -> Result<Range<usize>, Fault> {
        let until = Instant::now() + patience;
        loop {
            if let Some(at) = memchr::memchr(b'\n', &self.said[self.searched..]) {
                let line = self.start..self.searched + at;
                self.start = line.end + 1;
                self.searched = self.start;
                return Ok(line);
            }
            self.searched = self.said.len();
            if self.searched - self.start > LONGEST_LINE {
                return Err(Fault::Nonsense(format!("said a line of more than {LONGEST_LINE} bytes")));
            }
            match self.from.recv_timeout(until.saturating_duration_since(Instant::now())) {
                Ok(bytes) => {
                    self.said.drain(..self.start);
                    self.searched -= mem::take(&mut self.start);
                    self.said.extend_from_slice(&bytes);
                }
                Err(RecvTimeoutError::Timeout) => return Err(Fault::Late(patience)),
                Err(RecvTimeoutError::Disconnected) => return Err(self.died()),
            }
        }
    }

    /// How it has died, of which all that is known is that it has closed its output.
    fn died(&mut self) -> Fault {
        let status = self.ended_within(FAREWELL);
        let mut how = match status {
            Some(status) => format!("ended ({status})"),
            None => "closed its output".into(),
        };
        let rest = &self.said[self.start..];
        if !rest.is_empty() {
            how = format!("{how} in the middle of a line: `{}`", protocol::shown(rest));
        }
        self.kill();
        // All that it has said is heard, unless somebody else keeps its standard error open.
        let since = Instant::now();
        while self.listener.as_ref().is_some_and(|listener| !listener.is_finished()) && since.elapsed() < FAREWELL {
            thread::sleep(Duration::from_millis(2));
        }
        let words = self.words.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect();
        Fault::Died { how, words }
    }

    fn ended_within(&mut self, patience: Duration) -> Option<ExitStatus> {
        let since = Instant::now();
        loop {
            if let Ok(Some(status)) = self.child.try_wait() {
                return Some(status);
            }
            if since.elapsed() >= patience {
                return None;
            }
            thread::sleep(Duration::from_millis(2));
        }
    }

    /// Ends it at once, with all that it has started.
    fn kill(&mut self) {
        #[cfg(unix)]
        if matches!(self.child.try_wait(), Ok(None)) {
            use rustix::process::{Pid, Signal, kill_process_group};

            let _ = kill_process_group(Pid::from_child(&self.child), Signal::KILL);
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// Tells it that there is no more, and waits for nothing.
    pub(crate) fn close(&mut self) {
        self.to = None;
    }

    /// Ends a process that has failed.
    pub(crate) fn end(mut self) {
        self.kill();
    }
}

/// One that has not failed hears that there is no more, and has some time to end by itself.
impl Drop for Process {
    fn drop(&mut self) {
        self.close();
        if self.ended_within(FAREWELL).is_none() {
            self.kill();
        }
    }
}

/// Starts a program that ends when the thread does that has started it. Otherwise one that hangs would outlive a run that is
/// killed: it would be the last to hear that its input has ended.
#[cfg(target_os = "linux")]
fn spawn_with_us(command: Command) -> std::io::Result<Child> {
    ur_taking_me_with_you::spawn_dying_with_parent(command)
}

/// Elsewhere it ends when it hears that its input has ended.
#[cfg(not(target_os = "linux"))]
fn spawn_with_us(mut command: Command) -> std::io::Result<Child> {
    command.spawn()
}

/// Puts what a program says on standard error into the log, and keeps its last words.
fn log(stderr: ChildStderr, program: &str, words: &Mutex<VecDeque<String>>) {
    let mut from = BufReader::new(stderr);
    let mut line = Vec::new();
    while from.by_ref().take(LONGEST_WORD).read_until(b'\n', &mut line).is_ok_and(|read| read > 0) {
        let text = String::from_utf8_lossy(&line);
        let text = text.trim_end();
        if !text.is_empty() {
            tracing::warn!("`{program}` says: {text}");
            let mut words = words.lock().unwrap_or_else(PoisonError::into_inner);
            if words.len() == LAST_WORDS {
                words.pop_front();
            }
            words.push_back(text.to_owned());
        }
        line.clear();
    }
}
