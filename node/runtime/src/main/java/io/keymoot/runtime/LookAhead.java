package io.keymoot.runtime;

import io.keymoot.flatkeying.fact.Admit;
import io.keymoot.flatkeying.fact.Envelope;
import io.keymoot.flatkeying.fact.FactCodec;
import io.keymoot.flatkeying.fact.FactVerifier;
import io.keymoot.flatkeying.fact.Found;
import io.keymoot.flatkeying.fact.Leave;
import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.flatkeying.fact.MessageType;
import io.keymoot.flatkeying.fact.Rekey;
import io.keymoot.flatkeying.fact.Target;
import io.keymoot.flatkeying.fact.Verification;
import io.keymoot.flatkeying.message.SideCodec;
import io.keymoot.flatkeying.message.SyncReply;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Decoded;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Helps a newcomer with the signatures of all that was said before it came, which are most of what
 * it has to do before it is in. Its loop takes the facts from the first on; threads of their own
 * look at them from the last back, so that they meet. What holds stands in {@link
 * CheckedSignatures} then, where the loop finds it.
 *
 * <p>Nothing is decided here: a key that a fact names and nobody let in has its signatures looked
 * at in vain, no more. So that a stranger cannot have much done so, one answer is looked at for
 * each question, and after a signature that does not hold, no further.
 */
final class LookAhead {
  private static final Executor THREADS = threads();

  private final CheckedSignatures signatures;
  private final Executor threads;
  private final int helpers;
  private final AtomicBoolean isAsked = new AtomicBoolean();

  LookAhead(CheckedSignatures signatures) {
    this(signatures, THREADS, RuntimeLimits.LOOK_AHEAD_THREADS);
  }

  /** For tests: on threads of theirs. */
  LookAhead(CheckedSignatures signatures, Executor threads, int helpers) {
    this.signatures = signatures;
    this.threads = threads;
    this.helpers = helpers;
  }

  /** For all nodes of the process; they end when there is nothing to do. */
  private static Executor threads() {
    ThreadPoolExecutor threads =
        new ThreadPoolExecutor(
            Math.max(1, RuntimeLimits.LOOK_AHEAD_THREADS),
            Math.max(1, RuntimeLimits.LOOK_AHEAD_THREADS),
            RuntimeLimits.LOOK_AHEAD_REST.toMillis(),
            TimeUnit.MILLISECONDS,
            new ArrayBlockingQueue<>(RuntimeLimits.LOOK_AHEAD_WAITING),
            Thread.ofPlatform().daemon().name("keymoot-ahead-", 0).factory(),
            new ThreadPoolExecutor.DiscardPolicy());
    threads.allowCoreThreadTimeOut(true);
    return threads;
  }

  /** What this node, which is not in yet, sends to somebody. */
  void sent(Bytes message) {
    if (is(message, MessageType.SYNC)) {
      isAsked.set(true);
    }
  }

  /** What came, before the loop has it. */
  void came(Bytes message) {
    if (helpers > 0
        && isAsked.get()
        && is(message, MessageType.SYNC_REPLY)
        && isAsked.compareAndSet(true, false)) {
      threads.execute(() -> look(message));
    }
  }

  private static boolean is(Bytes message, MessageType type) {
    return SideCodec.typeOf(message).filter(type::equals).isPresent();
  }

  private void look(Bytes message) {
    if (SideCodec.decode(message) instanceof Decoded.Ok<?> ok
        && ok.value() instanceof SyncReply reply) {
      Work work = new Work();
      reply.facts().forEach(work::add);
      for (int i = 1; i < helpers; i++) {
        threads.execute(work::help);
      }
      work.help();
    }
  }

  /** The facts of one answer, from the last back. */
  private final class Work {
    private final List<Envelope> facts = new ArrayList<>();
    private final Map<MemberId, Bytes> keys = new LinkedHashMap<>();
    private final AtomicInteger left = new AtomicInteger();

    void add(Bytes message) {
      if (FactCodec.decode(message) instanceof Decoded.Ok<Envelope> ok) {
        Envelope fact = ok.value();
        facts.add(fact);
        left.incrementAndGet();
        switch (fact.fact()) {
          case Found found -> keys.put(fact.header().author(), found.founder().key());
          case Admit admit ->
              admit.rows().forEach(row -> keys.put(row.member(), row.request().key()));
          default -> {} // lets nobody in
        }
      }
    }

    void help() {
      FactVerifier verifier = new FactVerifier(signatures);
      for (int at = left.decrementAndGet(); at >= 0; at = left.decrementAndGet()) {
        if (!holds(verifier, facts.get(at))) {
          left.set(0);
        }
      }
    }

    private boolean holds(FactVerifier verifier, Envelope fact) {
      Bytes key = keys.get(fact.header().author());
      if (key == null) {
        return true; // let in by what is told later or was told before: not known here
      }
      boolean holds = verifier.verify(fact, key) instanceof Verification.Accepted;
      if (holds && fact.fact() instanceof Rekey rekey) {
        for (Target target : rekey.targets()) {
          holds &= !(target instanceof Target.Left left) || holds(verifier, left.leave());
        }
      }
      return holds;
    }

    private boolean holds(FactVerifier verifier, Leave leave) {
      Bytes key = keys.get(leave.header().author());
      return key == null || verifier.holds(leave, key);
    }
  }
}
