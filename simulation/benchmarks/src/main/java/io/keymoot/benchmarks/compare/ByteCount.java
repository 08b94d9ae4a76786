package io.keymoot.benchmarks.compare;

import io.keymoot.flatkeying.fact.MessageType;
import io.keymoot.flatkeying.message.Give;
import io.keymoot.flatkeying.message.Need;
import io.keymoot.flatkeying.message.SideCodec;
import io.keymoot.flatkeying.message.SideMessage;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Decoded;
import io.keymoot.flatkeying.wire.Hash32;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.jgroups.Message;
import org.jgroups.conf.ClassConfigurator;
import org.jgroups.protocols.ASYM_ENCRYPT;
import org.jgroups.protocols.FD_ALL3;
import org.jgroups.protocols.MERGE3;
import org.jgroups.protocols.SYM_ENCRYPT;
import org.jgroups.protocols.pbcast.GMS;
import org.jgroups.protocols.pbcast.STABLE;
import org.jgroups.stack.Protocol;

/**
 * Sits above the transport and counts what is put onto the network, a multicast once, and what it
 * is for. Public because JGroups makes it by its name, and one sum for the JVM, in which one
 * cluster runs at a time.
 */
public final class ByteCount extends Protocol {
  /** What bytes are for. */
  enum Traffic {
    /**
     * That everybody is still there and has what was said: it flows whether anybody goes or not.
     */
    ALIVE,

    /**
     * Ours: new keys for slots whose keys somebody who is out has known, and handing them out.
     * Nobody waits for it; it makes the next removals cheap.
     */
    SLOTS,

    /** Everything else: membership, keys, what is asked for and sent again on their account. */
    CHANGE
  }

  private static final LongAdder ALIVE = new LongAdder();
  private static final LongAdder SLOTS = new LongAdder();
  private static final LongAdder CHANGE = new LongAdder();

  private static final short[] LIVENESS = {
    id(FD_ALL3.class), id(MERGE3.class), id(STABLE.class),
  };

  /** Whose payload is not ours to read. */
  private static final short[] FOREIGN = {
    id(GMS.class), id(ASYM_ENCRYPT.class), id(SYM_ENCRYPT.class),
  };

  /** The first byte of what our runtime sends. */
  private static final byte CONTROL = 1;

  private static final byte PRESENCE = 3;

  /** Questions for keys of slots alone, so that their answers are known by them. */
  private static final Set<Hash32> SLOT_QUESTIONS = ConcurrentHashMap.newKeySet();

  private static final int QUESTIONS_KEPT = 10_000;

  public ByteCount() {}

  private static short id(Class<?> protocol) {
    return ClassConfigurator.getProtocolId(protocol);
  }

  static long sum(Traffic traffic) {
    return counter(traffic).sum();
  }

  private static LongAdder counter(Traffic traffic) {
    return switch (traffic) {
      case ALIVE -> ALIVE;
      case SLOTS -> SLOTS;
      case CHANGE -> CHANGE;
    };
  }

  @Override
  public Object down(Message message) {
    count(message);
    return down_prot.down(message);
  }

  @Override
  public CompletableFuture<Object> down(Message message, boolean async) {
    count(message);
    return down_prot.down(message, async);
  }

  private static void count(Message message) {
    counter(trafficOf(message)).add(message.size());
  }

  static Traffic trafficOf(Message message) {
    if (hasAny(message, LIVENESS)) {
      return Traffic.ALIVE;
    }
    byte[] bytes = message.getType() == Message.BYTES_MSG ? message.getArray() : null;
    if (bytes == null || message.getLength() < 3 || hasAny(message, FOREIGN)) {
      return Traffic.CHANGE;
    }
    int at = message.getOffset();
    return switch (bytes[at]) {
      case PRESENCE -> Traffic.ALIVE;
      case CONTROL -> trafficOf(Bytes.of(bytes, at + 1, message.getLength() - 1));
      default -> Traffic.CHANGE;
    };
  }

  private static boolean hasAny(Message message, short... protocols) {
    for (short each : protocols) {
      if (message.getHeader(each) != null) {
        return true;
      }
    }
    return false;
  }

  /** Of what one of our cores says. */
  static Traffic trafficOf(Bytes control) {
    MessageType type = SideCodec.typeOf(control).orElse(null);
    if (type == MessageType.HEARTBEAT) {
      return Traffic.ALIVE;
    }
    if (type == MessageType.RESEAL) {
      return Traffic.SLOTS;
    }
    boolean isOfKeys = type == MessageType.NEED || type == MessageType.GIVE;
    return isOfKeys
            && SideCodec.decode(control) instanceof Decoded.Ok<SideMessage> ok
            && isAboutSlots(ok.value())
        ? Traffic.SLOTS
        : Traffic.CHANGE;
  }

  private static boolean isAboutSlots(SideMessage message) {
    if (message instanceof Need need && need.epochs().isEmpty()) {
      if (SLOT_QUESTIONS.size() >= QUESTIONS_KEPT) {
        SLOT_QUESTIONS.clear();
      }
      SLOT_QUESTIONS.add(SideCodec.nameOf(need));
      return true;
    }
    return message instanceof Give give && SLOT_QUESTIONS.contains(give.need());
  }
}
