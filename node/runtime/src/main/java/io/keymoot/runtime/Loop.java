package io.keymoot.runtime;

import io.keymoot.flatkeying.Tick;
import io.keymoot.peer.Address;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread that owns a pure core: it gives it inputs and the time, and performs its effects
 * in order.
 *
 * <pre>
 *   network   ── offer ──┐                        ┌── effects ──▶ EffectHandler
 *   commands ── submit ──┼──▶ Mailbox ──▶ step ───┤
 *   hints    ── latest ──┘        ▲               └── nextDeadline
 *                                 └── a wake input when it comes, and what waited is read
 * </pre>
 *
 * <p>An exception out of the core or the handler is a bug: the state is no longer known to be
 * right, so the loop stops, fails all that wait, and closes what it was given to close. Nothing
 * hangs on it.
 *
 * @param <I> the core's inputs
 * @param <E> its effects
 */
final class Loop<I, E> implements AutoCloseable {
  /** A pure state machine, stepped by this loop's thread alone. */
  interface Core<I, E> {
    List<E> step(Tick now, I input);

    /** When it wants to be woken, if nothing comes before. */
    Optional<Tick> nextDeadline();

    /** After the last step, on the thread that made it: what the core keeps secret is wiped. */
    default void close() {}

    static <I, E> Core<I, E> of(
        BiFunction<Tick, I, List<E>> step, Supplier<Optional<Tick>> nextDeadline) {
      return new Core<>() {
        @Override
        public List<E> step(Tick now, I input) {
          return step.apply(now, input);
        }

        @Override
        public Optional<Tick> nextDeadline() {
          return nextDeadline.get();
        }
      };
    }
  }

  /** Does what the core decided. It must not wait for anything; an exception stops the node. */
  @FunctionalInterface
  interface EffectHandler<E> {
    void perform(Tick now, E effect) throws Exception;
  }

  enum State {
    NEW,
    RUNNING,
    /** Closed on request. */
    CLOSED,
    /** Stopped by a bug, which {@link #stopped} tells. */
    BROKEN
  }

  private static final int UNCOUNTED = -1;

  private static final Logger LOG = LoggerFactory.getLogger(Loop.class);

  /** Something for the loop's thread to do. */
  private sealed interface Work<I, E> {
    record Input<I, E>(I input) implements Work<I, E> {}

    record Command<I, E>(I input, CompletableFuture<List<E>> answer) implements Work<I, E> {}

    record Later<I, E>(Runnable doing) implements Work<I, E> {}

    record Look<I, E, A>(Supplier<A> look, CompletableFuture<A> answer) implements Work<I, E> {
      void run(Loop<I, E> loop) throws InterruptedException {
        loop.answer(answer, look::get);
      }
    }
  }

  private final String name;
  private final Core<I, E> core;
  private final I wake;
  private final EffectHandler<E> handler;
  private final AutoCloseable resource;
  private final MonotonicClock clock = new MonotonicClock();
  private final Mailbox<Work<I, E>> mailbox =
      new Mailbox<>(
          new Mailbox.Bounds(
              RuntimeLimits.WAITING_PER_SENDER,
              RuntimeLimits.WAITING_BYTES_IN_ALL,
              RuntimeLimits.WAITING_IN_ALL,
              RuntimeLimits.WAITING_BYTES_IN_ALL));
  private final Semaphore commands = new Semaphore(RuntimeLimits.COMMANDS);
  private final AtomicReference<State> state = new AtomicReference<>(State.NEW);
  private final CompletableFuture<Void> stopped = new CompletableFuture<>();
  private final Thread thread;
  private final Executor answers;
  private final AtomicBoolean resourceClosed = new AtomicBoolean();
  private volatile @Nullable Throwable bug;

  // Of the loop's thread alone.
  private Optional<Tick> lastDeadline = Optional.empty();
  private int wakesWithoutProgress;

  /** What is to be read before the core, which is due, is woken; and since when it is due. */
  private int unread = UNCOUNTED;

  private long dueSince;

  /**
   * @param name of the thread, for whoever reads a thread dump
   * @param wake the input that tells the core its deadline has come
   * @param resource closed when the loop stops for whatever reason, as a transport must be
   */
  Loop(String name, Core<I, E> core, I wake, EffectHandler<E> handler, AutoCloseable resource) {
    this.name = name;
    this.core = core;
    this.wake = wake;
    this.handler = handler;
    this.resource = resource;
    this.thread = Thread.ofPlatform().daemon().name(name + "-loop").unstarted(this::run);
    this.answers =
        Executors.newCachedThreadPool(
            Thread.ofPlatform().daemon().name(name + "-answer-", 0).factory());
  }

  void start() {
    if (!state.compareAndSet(State.NEW, State.RUNNING)) {
      throw new IllegalStateException("the loop was started or closed before");
    }
    if (bug != null) {
      state.set(State.BROKEN);
    }
    thread.start();
  }

  /** Stops as by a bug of the core's: one was met on another thread that the node cannot lack. */
  void stopBy(Throwable thrown) {
    State at = state.get();
    if (at == State.NEW || at == State.RUNNING) {
      bug = thrown;
      state.compareAndSet(State.RUNNING, State.BROKEN);
      LOG.error("A bug stopped {}; please report it", name, thrown);
      mailbox.wake();
    }
  }

  State state() {
    return state.get();
  }

  /** Completes when the loop has stopped and closed its resource: exceptionally if by a bug. */
  CompletableFuture<Void> stopped() {
    return stopped.copy();
  }

  /** The time as the core knows it. */
  Tick now() {
    return clock.now();
  }

  // ---- what comes in, from any thread

  /** An input from the network; false if it was dropped for want of room. Never waits. */
  boolean offer(Address from, I input, int bytes) {
    return mailbox.put(from, new Work.Input<>(input), bytes);
  }

  /** An input that replaces the last one given this way, if that still waits. Never waits. */
  void latest(I input) {
    mailbox.putLatest(new Work.Input<>(input));
  }

  /**
   * A command. Its answer is the effects of its step, given once they were performed; it never
   * completes on the loop's thread, so whoever waits for it may be slow.
   *
   * @return fails with {@link NodeBusy}, {@link NodeStopped}, or the {@link NotNow} by which the
   *     core refuses it, having changed nothing
   */
  CompletableFuture<List<E>> submit(I input) {
    CompletableFuture<List<E>> answer = new CompletableFuture<>();
    return enqueue(answer, new Work.Command<>(input, answer));
  }

  /**
   * Looks at the core's state between two steps; otherwise as {@link #submit}. A look that throws
   * {@link NotNow} is answered so, and stops nothing.
   */
  <A> CompletableFuture<A> look(Supplier<A> look) {
    CompletableFuture<A> answer = new CompletableFuture<>();
    return enqueue(answer, new Work.Look<>(look, answer));
  }

  /**
   * Has something done between two steps. It finds room however many commands wait, so its giver
   * keeps the number bounded.
   *
   * @return false if the loop was closed, and it is done by nobody
   */
  boolean later(Runnable doing) {
    return mailbox.putOwn(new Work.Later<>(doing));
  }

  /** Whether its thread has ended, so that the core is nobody's. */
  boolean hasEnded() {
    return !thread.isAlive();
  }

  private <A> CompletableFuture<A> enqueue(CompletableFuture<A> answer, Work<I, E> work) {
    if (!commands.tryAcquire()) {
      answer.completeExceptionally(new NodeBusy());
    } else if (!mailbox.putOwn(work)) {
      commands.release();
      answer.completeExceptionally(whyStopped());
    }
    return answer;
  }

  // ---- the loop's thread

  private void run() {
    try {
      while (state.get() == State.RUNNING) {
        turn();
      }
    } catch (InterruptedException closing) {
      // Only close() interrupts this thread.
    } catch (Throwable thrown) {
      bug = thrown;
      state.set(State.BROKEN);
      LOG.error("A bug stopped {}; please report it", name, thrown);
    } finally {
      shut();
    }
  }

  private void turn() throws InterruptedException {
    Optional<Tick> deadline = core.nextDeadline();
    long patience = deadline.map(clock::nanosUntil).orElse(Long.MAX_VALUE);
    if (patience > 0) {
      unread = UNCOUNTED;
    }
    Work<I, E> work = patience > 0 ? mailbox.take(patience) : unreadWhenDue();
    if (work != null) {
      perform(work);
    } else if (patience <= 0) {
      unread = UNCOUNTED;
      requireProgress(deadline);
      step(wake);
    }
  }

  /**
   * What was there already when the core was due is read first, for a while: it may say that the
   * core need not do what it is to be woken for. And a core that is always due still hears what
   * comes in.
   */
  private @Nullable Work<I, E> unreadWhenDue() throws InterruptedException {
    if (unread == UNCOUNTED) {
      unread = mailbox.waiting();
      dueSince = System.nanoTime();
    }
    boolean mayWait = System.nanoTime() - dueSince < RuntimeLimits.WAKE_WAITS.toNanos();
    return unread-- > 0 && mayWait ? mailbox.take(0) : null;
  }

  private void requireProgress(Optional<Tick> deadline) {
    wakesWithoutProgress = deadline.equals(lastDeadline) ? wakesWithoutProgress + 1 : 0;
    lastDeadline = deadline;
    if (wakesWithoutProgress > RuntimeLimits.WAKES_WITHOUT_PROGRESS) {
      throw new IllegalStateException("the core wants to be woken again and again at " + deadline);
    }
  }

  private void perform(Work<I, E> work) throws InterruptedException {
    switch (work) {
      case Work.Input<I, E> input -> step(input.input());
      case Work.Command<I, E> command -> answer(command.answer(), () -> step(command.input()));
      case Work.Look<I, E, ?> look -> look.run(this);
      case Work.Later<I, E> later -> later.doing().run();
    }
  }

  private interface Doing<A> {
    A perform() throws InterruptedException;
  }

  private <A> void answer(CompletableFuture<A> answer, Doing<A> doing) throws InterruptedException {
    try {
      A result = doing.perform();
      complete(() -> answer.complete(result));
    } catch (InterruptedException closing) {
      complete(() -> answer.completeExceptionally(whyStopped()));
      throw closing;
    } catch (NotNow why) {
      complete(() -> answer.completeExceptionally(why));
    } catch (Throwable thrown) {
      complete(() -> answer.completeExceptionally(brokenBy(thrown)));
      throw thrown;
    }
  }

  private List<E> step(I input) throws InterruptedException {
    Tick now = clock.now();
    List<E> effects = core.step(now, input);
    for (E effect : effects) {
      try {
        handler.perform(now, effect);
      } catch (InterruptedException e) {
        throw e;
      } catch (Exception e) {
        throw new IllegalStateException("an effect could not be performed", e);
      }
    }
    return effects;
  }

  /**
   * Answers are completed on threads of their own: what hangs on them must not stop the loop. These
   * are the system's, for up to Java 23 two that wait for a lock the old way may hold all that the
   * virtual ones of this JVM run on. As many as commands may wait: who has one may wait for
   * another's answer.
   */
  private void complete(Runnable completion) {
    answers.execute(
        () -> {
          try {
            completion.run();
          } finally {
            commands.release();
          }
        });
  }

  private void shut() {
    for (Work<I, E> left : mailbox.close()) {
      switch (left) {
        case Work.Input<I, E> input -> {}
        case Work.Later<I, E> later -> {}
        case Work.Command<I, E> command ->
            complete(() -> command.answer().completeExceptionally(whyStopped()));
        case Work.Look<I, E, ?> look ->
            complete(() -> look.answer().completeExceptionally(whyStopped()));
      }
    }
    try {
      core.close();
    } catch (RuntimeException e) {
      LOG.warn("While {} was closing: {}", name, e.toString());
    }
    closeResource();
    Throwable cause = bug;
    if (cause == null) {
      answers.execute(() -> stopped.complete(null));
    } else {
      answers.execute(() -> stopped.completeExceptionally(cause));
    }
  }

  private void closeResource() {
    if (!resourceClosed.compareAndSet(false, true)) {
      return;
    }
    try {
      resource.close();
    } catch (Exception e) {
      LOG.warn("While {} was closing: {}", name, e.toString());
    }
  }

  private NodeStopped whyStopped() {
    Throwable cause = bug;
    return cause == null ? new NodeStopped("the node was closed") : brokenBy(cause);
  }

  private static NodeStopped brokenBy(Throwable cause) {
    return new NodeStopped("a bug stopped the node", cause);
  }

  /**
   * Stops after the step in progress. Called on the loop's own thread it returns at once;
   * elsewhere, within two seconds.
   */
  @Override
  public void close() {
    if (state.compareAndSet(State.NEW, State.CLOSED)) {
      shut();
      return;
    }
    state.compareAndSet(State.RUNNING, State.CLOSED);
    mailbox.wake();
    if (Thread.currentThread() == thread) {
      return;
    }
    try {
      if (!thread.join(RuntimeLimits.LAST_STEP)) {
        thread.interrupt();
        if (!thread.join(RuntimeLimits.LOOP_CLOSE)) {
          // The step in progress hears nothing. The resource is closed all the same.
          answers.execute(this::closeResource);
        }
      }
    } catch (InterruptedException e) {
      thread.interrupt();
      Thread.currentThread().interrupt();
    }
  }
}
