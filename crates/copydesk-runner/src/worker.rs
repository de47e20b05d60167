//! The worker: a process that does the work of a chain for another one, so that what takes it down takes nothing else.
//!
//! It has a socket in the place of its standard input, on which pieces of work come and results go, and in the place of its
//! standard output the file that says what it has in hand. What a stage prints goes to standard error, and what it reads is
//! empty.

use std::{
    fs::File,
    io::{self, BufReader, Write},
    os::{fd::AsFd, unix::net::UnixStream},
    process,
    sync::{Arc, mpsc},
};

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::{
    Chain, ExportInstance, RunError,
    batch::{Message, Work},
    hand::Hands,
    pool,
    shared::Shared,
    wire::{self, Answer, Orders, Piece},
    work,
};

/// What the worker process has of the one that started it.
#[derive(Debug)]
pub struct Worker {
    orders: Orders,
    to: UnixStream,
    from: BufReader<UnixStream>,
    hands: File,
}

impl Worker {
    /// Takes over what a process has given its worker. It fails in a process that nobody has started as one.
    pub fn take_over() -> io::Result<Self> {
        let to = UnixStream::from(io::stdin().as_fd().try_clone_to_owned()?);
        // Only a socket has another end, and only of a worker.
        to.peer_addr()?;
        let hands = File::from(io::stdout().as_fd().try_clone_to_owned()?);
        rustix::stdio::dup2_stdin(File::open("/dev/null")?)?;
        rustix::stdio::dup2_stdout(io::stderr())?;
        let mut from = BufReader::with_capacity(1 << 16, to.try_clone()?);
        let orders: Orders = wire::read(&mut from)?.ok_or(io::ErrorKind::UnexpectedEof)?;
        limit(&orders)?;
        Ok(Self { orders, to, from, hands })
    }

    /// What the program has told itself.
    pub fn program(&self) -> &str {
        &self.orders.program
    }

    /// Says that there will be no work.
    pub fn fail(mut self, reason: String) -> io::Result<()> {
        wire::write(&mut self.to, &Answer::Failed(reason), &[])
    }

    /// Works until nobody is there who has work.
    pub fn work(self, chain: Chain, exports: Vec<ExportInstance>) -> Result<(), RunError> {
        let Self { orders, mut to, mut from, hands } = self;
        if work::instances(&chain, &exports)? != orders.instances {
            let reason = "a file that an option of the pipeline names has changed since the run began".into();
            return wire::write(&mut to, &Answer::Failed(reason), &[]).map_err(RunError::Start);
        }
        // The window is that of the process with the documents.
        let shared = Shared::new(chain, exports, u64::MAX, orders.waiting).with_hands(Hands::in_file(hands));
        let shared = Arc::new(shared);
        let (sender, receiver) = mpsc::channel();
        let runtime = pool::runtime(&shared, orders.waiting).map_err(RunError::Start)?;
        let handle = runtime.as_ref().map(|runtime| runtime.handle().clone());
        pool::start(&shared, orders.threads, handle.as_ref(), &sender)?;
        let queue = Arc::clone(&shared);
        pool::spawn("pieces", move || {
            // Whatever the reason: whoever had work has gone, and with it all that is under way here.
            let _ = take(&mut from, &queue);
            process::exit(0);
        })?;
        wire::write(&mut to, &Answer::Ready, &[]).map_err(RunError::Start)?;
        let mut to = io::BufWriter::with_capacity(1 << 16, to);
        for message in receiver {
            let answered = match message {
                Message::Done(finished) => wire::answer(&mut to, &finished),
                Message::Failed(error) => wire::write(&mut to, &Answer::Failed(error.to_string()), &[]),
                Message::Bug(bug) => {
                    wire::write(&mut to, &Answer::Failed(format!("this is a bug in copydesk: {bug}")), &[])
                }
                Message::Known(..) | Message::Shard(_) | Message::SourceEnded { .. } => Ok(()),
            };
            answered.map_err(RunError::Start)?;
        }
        Ok(())
    }
}

/// Takes pieces of work as they come.
fn take(from: &mut BufReader<UnixStream>, shared: &Shared) -> io::Result<()> {
    while let Some(piece) = wire::read::<Piece>(from)? {
        let number = piece.number;
        shared.queue.push(number, Work::Batch(piece.into_batch(from)?));
    }
    Ok(())
}

/// Sets the limits of this process. Where the system has none of a kind, what it would stop is not stopped.
fn limit(orders: &Orders) -> io::Result<()> {
    let set = |resource, most: u64| {
        let Rlimit { current, maximum } = getrlimit(resource);
        let current = Some(current.map_or(most, |now| now.min(most)));
        setrlimit(resource, Rlimit { current, maximum })
    };
    // A worker that dies has told all that is asked of it.
    set(Resource::Core, 0)?;
    if let Some(memory) = orders.memory {
        set(Resource::Data, memory)?;
    }
    if let Some(seconds) = orders.seconds {
        set(Resource::Cpu, seconds)?;
    }
    // Where the system has to end somebody for want of memory, let it be this process and not the one with the results.
    if let Ok(mut file) = File::options().write(true).open("/proc/self/oom_score_adj") {
        let _ = file.write_all(b"500");
    }
    Ok(())
}
