//! The other side of a worker process: hands out the work, hears what came of it, and when the worker dies finds out through
//! which document.
//!
//! After a death the documents that the worker had in hand are suspects. Each is worked on alone, by a process of its own
//! with limits, and that alone decides what becomes of it. Then a new worker takes over what is left.

use std::{
    collections::HashMap,
    fs::File,
    io::{self, BufReader, Read},
    mem,
    os::{fd::OwnedFd, unix::net::UnixStream, unix::process::CommandExt as _},
    path::Path,
    process::{Child, Command, ExitStatus, Stdio},
    sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc::Sender},
    thread,
    time::{Duration, Instant},
};

use copydesk_document::Input;

use crate::{
    Chain, ExportInstance, Quarantined, RunError,
    batch::{Batch, Finished, Message, Work},
    chain::{Passage, Untouched, WALL},
    checksum::Key,
    death, encode,
    guard::guarded,
    hand::{self, InHand},
    index::Particulars,
    pool,
    quarantine::Fault,
    shared::Shared,
    wire::{self, Answer, Orders, Pieces},
    work,
    workers::Workers,
};

/// What the program itself takes, whatever it works on.
const OWN_MEMORY: u64 = 256 << 20;
/// What a worker with many threads may take for each of them, beside what one document may take.
const THREAD_MEMORY: u64 = 512 << 20;
/// So often may a worker die and none of the documents that it had in hand was the cause.
const MOST_UNEXPLAINED: usize = 16;
/// So much of the last words of a process is kept.
const LAST_WORDS: u64 = 64 << 10;
/// To start, and to make a chain, a worker has this long.
const START: Duration = Duration::from_mins(10);

/// A worker process, from the outside.
struct Process {
    child: Child,
    to: Arc<Mutex<UnixStream>>,
    from: BufReader<UnixStream>,
    hands: File,
    /// Its last words, where they are read: from the beginning, or it would wait for that.
    words: Option<thread::JoinHandle<String>>,
}

/// The one who hands out work.
pub(crate) struct Supervisor {
    shared: Arc<Shared>,
    workers: Workers,
    orders: Orders,
    sender: Sender<Message>,
    state: Mutex<State>,
}

struct State {
    child: Option<Child>,
    to: Arc<Mutex<UnixStream>>,
    /// The worker's, written down by itself.
    hands: File,
    /// Batches that are not through, by number.
    batches: HashMap<u64, Arc<Under>>,
    /// What the worker has been given: batch, and the first document.
    pieces: HashMap<u64, (u64, usize)>,
    next_piece: u64,
    unexplained: usize,
}

/// A batch that is being worked on.
struct Under {
    batch: Batch,
    pieces: Mutex<Pieces>,
}

impl Supervisor {
    /// Starts a worker and the threads that give it work.
    pub(crate) fn start(
        shared: &Arc<Shared>,
        threads: usize,
        waiting: usize,
        workers: &Workers,
        sender: &Sender<Message>,
    ) -> Result<(), RunError> {
        let memory = workers.memory.map(|most| most + THREAD_MEMORY * threads as u64);
        let instances = work::instances(&shared.chain, &shared.exports)?;
        let orders = Orders { threads, waiting, seconds: None, memory, instances, program: workers.program.clone() };
        let Process { child, to, from, hands, .. } = Process::start(workers, &orders, Stdio::inherit())?;
        let state = State {
            child: Some(child),
            to,
            hands,
            batches: HashMap::new(),
            pieces: HashMap::new(),
            next_piece: 0,
            unexplained: 0,
        };
        let supervisor = Arc::new(Self {
            shared: Arc::clone(shared),
            workers: workers.clone(),
            orders,
            sender: sender.clone(),
            state: Mutex::new(state),
        });
        for n in 0..threads {
            let supervisor = Arc::clone(&supervisor);
            pool::spawn(&format!("hand-out-{n}"), move || supervisor.hand_out())?;
        }
        pool::spawn("hear", move || supervisor.hear(from))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing that is done under this lock can panic.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A thread: sends batches on, and makes what is stored of shards that are whole.
    fn hand_out(&self) {
        while let Some((number, work)) = self.shared.queue.pop() {
            match work {
                Work::Batch(batch) => self.send(number, batch),
                Work::Shard(whole) => {
                    let message = guarded(|| self.shared.finish(whole)).unwrap_or_else(Message::Bug);
                    // Nobody listens any more once the run has ended.
                    let _ = self.sender.send(message);
                }
            }
        }
        // Without this nobody would end the worker before the process ends.
        if let Some(mut child) = self.state().child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    fn send(&self, number: u64, batch: Batch) {
        let end = batch.passages.len();
        let under = Arc::new(Under { batch, pieces: Mutex::new(Pieces::from([(0, (end, None))])) });
        let (piece, to) = {
            let mut state = self.state();
            state.batches.insert(number, Arc::clone(&under));
            (state.piece(number, 0), Arc::clone(&state.to))
        };
        // One that cannot be sent is sent again, to the worker that comes after.
        let _ = wire::send(&mut *lock(&to), piece, &under.batch, 0..end);
    }

    /// The thread that hears what the worker says, and starts another one after its death.
    fn hear(&self, mut from: BufReader<UnixStream>) {
        loop {
            let failed = self.hear_one(&mut from);
            if self.shared.is_over() {
                return;
            }
            let next = failed.map_or_else(|| self.replace(), Err);
            match next {
                Ok(worker) => from = worker,
                Err(error) => {
                    let _ = self.sender.send(Message::Failed(error));
                    return;
                }
            }
        }
    }

    /// Hears a worker to its end. The error, if it has given up itself.
    fn hear_one(&self, from: &mut BufReader<UnixStream>) -> Option<RunError> {
        loop {
            match wire::read::<Answer>(from) {
                Ok(Some(Answer::Done(done))) => {
                    let finished = done.into_finished(from).ok()?;
                    self.settle(finished);
                }
                Ok(Some(Answer::Failed(reason))) => return Some(RunError::Worker(reason)),
                Ok(Some(Answer::Ready)) => {}
                // What is no answer is nonsense, and whoever talks nonsense is as good as dead.
                Ok(None) | Err(_) => return None,
            }
        }
    }

    /// A piece is through; with the last one of its batch, that is.
    fn settle(&self, finished: Finished) {
        let mut state = self.state();
        let Some((number, first)) = state.pieces.remove(&finished.number) else { return };
        let Some(under) = state.batches.get(&number).cloned() else { return };
        // What ends without a cause in a document counts against itself alone, and not against a long run.
        state.unexplained = 0;
        if let Some(piece) = lock(&under.pieces).get_mut(&first) {
            piece.1 = Some(finished);
        }
        self.pass_on(&mut state, number, &under);
    }

    /// Passes a batch on to the thread that writes, if all of it is through.
    fn pass_on(&self, state: &mut State, number: u64, under: &Under) {
        let mut pieces = lock(&under.pieces);
        if pieces.values().any(|(_, finished)| finished.is_none()) {
            return;
        }
        let Some(whole) = wire::join(mem::take(&mut *pieces).into_values().filter_map(|(_, finished)| finished)) else {
            return;
        };
        let Batch { weight, last, ends, .. } = &under.batch;
        let whole = Finished { number, weight: *weight, last: last.clone(), ends: ends.clone(), ..whole };
        state.batches.remove(&number);
        let _ = self.sender.send(Message::Done(Box::new(whole)));
    }

    /// After the death of a worker: finds out which document was the cause, and starts another worker.
    fn replace(&self) -> Result<BufReader<UnixStream>, RunError> {
        let mut state = self.state();
        let status = end(state.child.take());
        let how = status.map_or_else(|| "an unknown cause".into(), death::how);
        let mut held = hand::read(&mut state.hands).unwrap_or_default();
        held.retain(|held| state.pieces.contains_key(&held.piece));
        tracing::warn!(
            "a worker process was ended by {how}; what it had in hand is worked on again, each document alone"
        );
        let mut explained = false;
        let suspects: Vec<_> = held.iter().flat_map(|held| state.suspects(held)).collect();
        for (number, at) in suspects {
            if self.shared.is_over() {
                return Err(RunError::Worker(how));
            }
            let Some(under) = state.batches.get(&number).cloned() else { continue };
            let finished = self.alone(&under.batch, at)?;
            explained |= finished.counts.quarantined > 0;
            set_apart(&mut lock(&under.pieces), at, finished);
            self.pass_on(&mut state, number, &under);
        }
        if !explained {
            state.unexplained += 1;
            if state.unexplained > MOST_UNEXPLAINED {
                return Err(RunError::Worker(format!(
                    "{MOST_UNEXPLAINED} worker processes were ended, the last one by {how}, and by no document that they worked on"
                )));
            }
        }
        let worker = Process::start(&self.workers, &self.orders, Stdio::inherit())?;
        (state.child, state.to, state.hands) = (Some(worker.child), worker.to, worker.hands);
        state.pieces.clear();
        let mut left: Vec<_> = state.batches.iter().map(|(number, under)| (*number, Arc::clone(under))).collect();
        left.sort_unstable_by_key(|(number, _)| *number);
        let mut again = Vec::new();
        for (number, under) in left {
            let open: Vec<_> =
                lock(&under.pieces).iter().filter(|(_, (_, f))| f.is_none()).map(|(s, (end, _))| (*s, *end)).collect();
            for (first, end) in open {
                again.push((state.piece(number, first), Arc::clone(&under), first..end));
            }
        }
        let to = Arc::clone(&state.to);
        // The worker answers while it is still being told.
        pool::spawn("again", move || {
            let mut to = lock(&to);
            for (piece, under, range) in again {
                let _ = wire::send(&mut *to, piece, &under.batch, range);
            }
        })?;
        Ok(worker.from)
    }

    /// Works on one document in a process of its own.
    fn alone(&self, batch: &Batch, at: usize) -> Result<Finished, RunError> {
        let Shared { chain, exports, .. } = &*self.shared;
        let Some(Untouched::Input(input)) = batch.passages[at].untouched() else {
            return Ok(encode::batch(chain, exports, 0, batch.only(at, None)));
        };
        let died = match alone(chain, &self.workers, self.orders.instances, batch, at)? {
            Ok(finished) => return Ok(finished),
            Err(fault) => fault,
        };
        let entry = Quarantined::input(input, died);
        Ok(encode::batch(chain, exports, 0, batch.only(at, Some(entry))))
    }
}

impl State {
    /// A number for a piece of work.
    fn piece(&mut self, batch: u64, first: usize) -> u64 {
        let number = self.next_piece;
        self.next_piece += 1;
        self.pieces.insert(number, (batch, first));
        number
    }

    /// The documents that somebody had in hand: batch and place.
    fn suspects(&self, held: &InHand) -> Vec<(u64, usize)> {
        let Some((number, first)) = self.pieces.get(&held.piece) else { return Vec::new() };
        let Some(under) = self.batches.get(number) else { return Vec::new() };
        let end = lock(&under.pieces).get(first).map_or(*first, |(end, _)| *end);
        let all = *first..end;
        match held.at.map(|at| first + at) {
            Some(at) if all.contains(&at) => vec![(*number, at)],
            Some(_) => Vec::new(),
            None => all.map(|at| (*number, at)).collect(),
        }
    }
}

/// Cuts the piece that holds a document in three: before it, itself, behind it.
fn set_apart(pieces: &mut Pieces, at: usize, finished: Finished) {
    let Some((first, end)) = pieces.range(..=at).next_back().map(|(first, (end, _))| (*first, *end)) else { return };
    pieces.remove(&first);
    for (from, to) in [(first, at), (at + 1, end)] {
        if from < to {
            pieces.insert(from, (to, None));
        }
    }
    pieces.insert(at, (at + 1, Some(finished)));
}

/// What becomes of an input that is worked on in a process of its own: the entry in quarantine, if it is set aside.
pub fn try_alone(
    chain: &Chain,
    exports: &[ExportInstance],
    workers: &Workers,
    input: Input,
) -> Result<Option<Quarantined>, RunError> {
    let mut batch = Batch::default();
    batch.passages.push(Passage::new(input));
    batch.inputs.push(Particulars { input: Key::default(), record: None, content: None, fetched: None });
    match alone(chain, workers, work::instances(chain, exports)?, &batch, 0)? {
        Ok(finished) => Ok(finished.quarantined.into_iter().next()),
        Err(fault) => Ok(match batch.passages[0].untouched() {
            Some(Untouched::Input(input)) => Some(Quarantined::input(input, fault)),
            _ => None,
        }),
    }
}

/// Has one document worked on by a process of its own with limits. That it dies is what is wrong with the document.
fn alone(
    chain: &Chain,
    workers: &Workers,
    instances: Key,
    batch: &Batch,
    at: usize,
) -> Result<Result<Finished, Fault>, RunError> {
    let time = chain.time();
    // The watch in there tells of the time. This is for what keeps the watch from it.
    let seconds = time.map(|time| time.as_secs() * 2 + 10);
    let patience = time.map_or(Duration::MAX, |time| time * (WALL + 1) + START);
    let memory = workers.memory.map(|most| most + OWN_MEMORY);
    let orders = Orders { threads: 1, waiting: 1, seconds, memory, instances, program: workers.program.clone() };
    let Process { mut child, to, mut from, mut hands, words } = Process::start(workers, &orders, Stdio::piped())?;
    // Whether it dies while it is told of the document shows at the end.
    let _ = wire::send(&mut *lock(&to), 0, batch, at..at + 1);
    let finished = answer(&mut from, Instant::now(), patience);
    let late = matches!(&finished, Err(error) if error.kind() == io::ErrorKind::TimedOut);
    let status = if finished.is_ok() || late {
        let _ = child.kill();
        child.wait()
    } else {
        settled(&mut child)
    };
    // What a stage has started itself would keep the words open, and outlive the run.
    let _ =
        rustix::process::kill_process_group(rustix::process::Pid::from_child(&child), rustix::process::Signal::KILL);
    let status = status.map_err(RunError::Start)?;
    let said = words.and_then(|words| words.join().ok()).unwrap_or_default();
    let place = hand::read(&mut hands).ok().and_then(|held| Some(held.first()?.place));
    let stage = chain.name_of(place.unwrap_or_default());
    Ok(match finished {
        Ok(Answered::Done(finished)) => Ok(*finished),
        Ok(Answered::Failed(reason)) => return Err(RunError::Worker(reason)),
        Err(_) if late => Err(Fault {
            stage,
            rule: "limit.time".into(),
            error: format!("`{stage}` did not come to an end"),
            span: None,
        }),
        Err(_) => {
            let (rule, error) = death::verdict(status, &said, stage, workers.memory);
            Err(Fault { stage, rule: rule.into(), error, span: None })
        }
    })
}

enum Answered {
    Done(Box<Finished>),
    Failed(String),
}

/// The one answer of a process that works on one document.
fn answer(from: &mut BufReader<UnixStream>, since: Instant, patience: Duration) -> io::Result<Answered> {
    let left = patience.saturating_sub(since.elapsed());
    // No time at all is no limit to a socket.
    from.get_ref().set_read_timeout((patience < Duration::MAX).then_some(left.max(Duration::from_millis(1))))?;
    let read = match wire::read::<Answer>(from) {
        Ok(Some(Answer::Done(done))) => done.into_finished(from).map(|finished| Answered::Done(Box::new(finished))),
        Ok(Some(Answer::Failed(reason))) => Ok(Answered::Failed(reason)),
        Ok(Some(Answer::Ready) | None) => Err(io::ErrorKind::UnexpectedEof.into()),
        Err(error) => Err(error),
    };
    let is_late = |error: &io::Error| matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut);
    read.map_err(|error| if is_late(&error) { io::ErrorKind::TimedOut.into() } else { error })
}

impl Process {
    /// Starts a worker, and waits until it is ready.
    fn start(workers: &Workers, orders: &Orders, stderr: Stdio) -> Result<Self, RunError> {
        let start = || -> io::Result<Self> {
            let (own, other) = UnixStream::pair()?;
            let hands = memory_file()?;
            let mut command = Command::new(program()?);
            command
                .args(&workers.args)
                .stdin(Stdio::from(OwnedFd::from(other)))
                .stdout(hands.try_clone()?)
                .stderr(stderr);
            // What ends this process from a terminal brings its work to an end first, and needs the worker for that.
            command.process_group(0);
            let mut child = command.spawn()?;
            let words = child.stderr.take().map(|words| thread::spawn(move || last_words(words)));
            own.set_read_timeout(Some(START))?;
            let from = BufReader::with_capacity(1 << 16, own.try_clone()?);
            Ok(Self { child, to: Arc::new(Mutex::new(own)), from, hands, words })
        };
        let mut process = start().map_err(RunError::Start)?;
        let told = wire::write(&mut *lock(&process.to), orders, &[]);
        let answered = told.and_then(|()| wire::read::<Answer>(&mut process.from));
        let reason = match answered {
            Ok(Some(Answer::Ready)) => {
                process.from.get_ref().set_read_timeout(None).map_err(RunError::Start)?;
                return Ok(process);
            }
            Ok(Some(Answer::Failed(reason))) => reason,
            Ok(Some(Answer::Done(_)) | None) | Err(_) => {
                let how = end(Some(process.child)).map_or_else(|| "an unknown cause".into(), death::how);
                format!("a worker process was ended by {how} before it could begin")
            }
        };
        Err(RunError::Worker(reason))
    }
}

/// This very program, also when another has taken its place on the disk.
fn program() -> io::Result<std::path::PathBuf> {
    let running = Path::new("/proc/self/exe");
    if running.exists() { Ok(running.to_owned()) } else { std::env::current_exe() }
}

/// A file that stands in memory, or in no folder at least.
#[cfg(target_os = "linux")]
fn memory_file() -> io::Result<File> {
    Ok(File::from(rustix::fs::memfd_create("copydesk-hands", rustix::fs::MemfdFlags::CLOEXEC)?))
}

#[cfg(not(target_os = "linux"))]
fn memory_file() -> io::Result<File> {
    let path = std::env::temp_dir().join(format!("copydesk-hands-{}-{:?}", std::process::id(), Instant::now()));
    let file = File::options().read(true).write(true).create_new(true).open(&path)?;
    std::fs::remove_file(&path)?;
    Ok(file)
}

/// Ends a process that has gone, or talks nonsense; how it ended.
fn end(child: Option<Child>) -> Option<ExitStatus> {
    let mut child = child?;
    settled(&mut child).ok()
}

/// How a process ended that has closed its socket. One that lives on all the same is ended.
fn settled(child: &mut Child) -> io::Result<ExitStatus> {
    let start = Instant::now();
    while start.elapsed() < Duration::from_secs(5) {
        if let Some(status) = child.try_wait()? {
            return Ok(status);
        }
        thread::sleep(Duration::from_millis(2));
    }
    child.kill()?;
    child.wait()
}

/// The end of what a process says. All of it is read, so that it never waits for that.
fn last_words(mut from: impl Read) -> String {
    let mut words = Vec::new();
    let mut buffer = [0; 8192];
    while let Ok(n @ 1..) = from.read(&mut buffer) {
        words.extend_from_slice(&buffer[..n]);
        let over = (words.len() as u64).saturating_sub(LAST_WORDS);
        words.drain(..over as usize);
    }
    String::from_utf8_lossy(&words).into_owned()
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
