package io.keymoot.runtime;

import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.peer.Address;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import org.jgroups.BytesMessage;
import org.jgroups.JChannel;
import org.jgroups.Message;
import org.jgroups.Message.Flag;
import org.jgroups.Message.TransientFlag;
import org.jgroups.View;
import org.jgroups.protocols.ReliableMulticast;
import org.jgroups.protocols.ReliableUnicast;
import org.jgroups.protocols.SHARED_LOOPBACK;
import org.jgroups.protocols.TP;
import org.jgroups.stack.IpAddress;
import org.jgroups.stack.ProtocolStack;
import org.jgroups.util.Buffer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A transport over a JGroups channel, trusted with nothing but effort.
 *
 * <p>JGroups authenticates nothing: views, joins, leaves, credits and acknowledgements can be
 * forged by anybody who reaches the network. So nothing here rests on them but guesses that cost
 * effort when they are wrong:
 *
 * <ul>
 *   <li>on its threads, bytes are counted and put in a bounded queue, in short and bounded steps
 *       under locks that nobody holds for longer; nothing is verified or opened there, and nothing
 *       waits;
 *   <li>one thread of ours sends, never waits for credit, and sends without acknowledgement when
 *       too much is unacknowledged already, for a window that is full would hold it for ever;
 *   <li>who is in no view is sent to unreliably: a reliable connection costs memory for each
 *       address somebody makes up;
 *   <li>over TCP, where a multicast goes to the members of the view, it also goes to whom we heard
 *       lately: one forged leave parts two ends for good.
 * </ul>
 *
 * <p>The first byte of a message says what it is; the rest is the payload. Reliable frames to all
 * are numbered, and {@link CatchUp} has words of its own about them.
 */
final class JGroupsTransport implements Transport {
  private static final Logger LOG = LoggerFactory.getLogger(JGroupsTransport.class);

  private static final byte CONTROL = 1;
  private static final byte FRAME = 2;
  private static final byte PRESENCE = 3;
  private static final byte NUMBERED_FRAME = 4;
  private static final byte FRAME_AGAIN = 5;
  private static final byte COUNT = 6;
  private static final byte MISSING = 7;
  private static final byte TOO_FAST = 8;

  /** Where a frame begins behind its number. */
  private static final int NUMBER_AT = 1 + Long.BYTES;

  private final JChannel channel;
  private final String name;
  private final Receiver receiver;
  private final Outbox outbox;
  private final CatchUp catchUp;
  private final Pace pace = new Pace();
  private final AtomicBoolean closed = new AtomicBoolean();
  private final LongAdder unacknowledged = new LongAdder();
  private final LongAdder received = new LongAdder();
  private final LongAdder refused = new LongAdder();
  private final Heard heard = new Heard();
  private final Addresses addresses = new Addresses();

  private volatile boolean networkMulticasts = true;
  private @Nullable ReliableMulticast multicasts;
  private @Nullable ReliableUnicast unicasts;
  private volatile @Nullable TP sockets;
  private org.jgroups.@Nullable Address local;
  private @Nullable Address self;

  private JGroupsTransport(JChannel channel, String name, Receiver receiver) {
    this.channel = channel;
    this.name = name;
    this.receiver = receiver;
    this.outbox = new Outbox(name, new Sending());
    this.catchUp = new CatchUp(outbox::wake);
  }

  /**
   * Joins the cluster, which takes up to a few seconds; the first peer of a cluster waits longest.
   * The receiver may be called before this returns.
   *
   * @param cluster peers of equal cluster names hear each other, and no others
   */
  static JGroupsTransport open(
      ClusterStack stack, String cluster, Deserialisation deserialisation, Receiver receiver)
      throws Exception {
    deserialisation.enforce();
    JChannel channel = stack.open(cluster);
    JGroupsTransport transport = new JGroupsTransport(channel, "keymoot-" + cluster, receiver);
    try {
      transport.connect(cluster, stack instanceof ClusterStack.Fork fork ? fork.channel() : null);
    } catch (Exception e) {
      channel.close();
      throw e;
    }
    return transport;
  }

  private void connect(String cluster, @Nullable JChannel borrowed) throws Exception {
    channel.setDiscardOwnMessages(true);
    channel.setReceiver(new Inbound());
    channel.connect(cluster);
    if (channel.getAddress() == null) {
      throw new IllegalStateException("JGroups gave this end no address");
    }
    local = channel.getAddress();
    self = Addresses.write(channel.getAddress());
    ProtocolStack protocols = (borrowed == null ? channel : borrowed).getProtocolStack();
    multicasts = protocols.findProtocol(ReliableMulticast.class);
    unicasts = protocols.findProtocol(ReliableUnicast.class);
    networkMulticasts = protocols.getTransport().supportsMulticasting();
    // Within one JVM nobody is at a host and port, though the stack makes some up.
    sockets = protocols.getTransport() instanceof SHARED_LOOPBACK ? null : protocols.getTransport();
    outbox.start();
  }

  // ---- sending

  @Override
  public Address self() {
    Address known = self;
    if (known == null) {
      throw new IllegalStateException("not connected yet");
    }
    return known;
  }

  @Override
  public boolean multicast(Quality quality, Bytes message) {
    return put(Optional.empty(), quality, message);
  }

  @Override
  public boolean unicast(Address to, Quality quality, Bytes message) {
    return put(Optional.of(to), quality, message);
  }

  private boolean put(Optional<Address> to, Quality quality, Bytes message) {
    if (message.length() > mostBytes(quality.isFrame())) {
      throw new IllegalArgumentException(quality + " of " + message.length() + " bytes");
    }
    return outbox.put(to, quality, message);
  }

  private static int mostBytes(boolean frame) {
    return frame ? RuntimeLimits.FRAME_BYTES : RuntimeLimits.CONTROL_BYTES;
  }

  @Override
  public boolean mayGo() {
    return pace.mayGo(millis());
  }

  @Override
  public void tooFast(Address from) {
    catchUp.tooFast(from, millis());
  }

  @Override
  public void missNothing() {
    catchUp.missNothing();
  }

  /** On the sender's thread. */
  private final class Sending implements Outbox.Wire {
    @Override
    public void send(Optional<Address> to, Quality quality, Bytes message) throws Exception {
      org.jgroups.Address destination = to.isPresent() ? Addresses.read(to.get()) : null;
      boolean isNumbered = destination == null && quality == Quality.RELIABLE_FRAME;
      byte[] wire =
          isNumbered
              ? numbered(NUMBERED_FRAME, catchUp.number(message, millis()), message)
              : plain(kindOf(quality), message);
      boolean outOfBand = quality == Quality.HEARTBEAT || quality == Quality.PRESENCE;
      boolean reliably = quality.isReliable();
      if (reliably && (destination == null ? multicastIsStuck() : unicastIsStuck(destination))) {
        unacknowledged.increment();
        reliably = false;
        if (isNumbered) {
          // The network is behind with what it has: more of it would overtake, and be too late.
          pace.tooFast(millis());
        }
      }
      give(destination, wire, reliably, outOfBand);
    }

    @Override
    public long errands() throws Exception {
      if (catchUp.next() <= millis()) {
        for (CatchUp.Errand errand : catchUp.due(millis())) {
          try {
            run(errand);
          } catch (InterruptedException e) {
            throw e;
          } catch (Exception e) {
            // To one that the network does not take: the others' go on.
            outbox.failed.increment();
            LOG.debug("Not sent: {}", e.toString());
          }
        }
      }
      long next = catchUp.next();
      return next == Long.MAX_VALUE ? next : Math.max(0, next - millis());
    }

    private void run(CatchUp.Errand errand) throws Exception {
      switch (errand) {
        case CatchUp.Errand.Tell(long first, long fresh, long last) ->
            give(null, words(COUNT, List.of(first, fresh, last)), false, true);
        case CatchUp.Errand.Ask(Address of, List<Long> numbers) ->
            give(Addresses.read(of), words(MISSING, numbers), false, true);
        case CatchUp.Errand.TooFast(Address of) ->
            give(Addresses.read(of), words(TOO_FAST, List.of()), false, true);
        case CatchUp.Errand.SayAgain(Address one, long number, Bytes frame) ->
            give(Addresses.read(one), numbered(FRAME_AGAIN, number, frame), false, false);
      }
    }

    @Override
    public void stoppedBy(Throwable bug) {
      receiver.stoppedBy(bug);
    }

    private void give(
        org.jgroups.@Nullable Address to, byte[] wire, boolean reliably, boolean outOfBand)
        throws Exception {
      Message outgoing = new BytesMessage(to, wire).setFlag(Flag.NO_FC);
      outgoing.setFlag(TransientFlag.DONT_BLOCK, TransientFlag.DONT_LOOPBACK);
      if (outOfBand) {
        outgoing.setFlag(Flag.OOB);
      }
      if (!reliably) {
        outgoing.setFlag(Flag.NO_RELIABILITY);
      }
      channel.send(outgoing);
      if (to == null && !networkMulticasts) {
        for (org.jgroups.Address outsider : heard.outside(channel.getView())) {
          Message copy = new BytesMessage(outsider, wire).setFlag(Flag.NO_FC, Flag.NO_RELIABILITY);
          channel.send(copy.setFlag(TransientFlag.DONT_BLOCK));
        }
      }
    }
  }

  private static long millis() {
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime());
  }

  private static byte kindOf(Quality quality) {
    return quality.isFrame() ? FRAME : quality == Quality.PRESENCE ? PRESENCE : CONTROL;
  }

  private static byte[] plain(byte kind, Bytes message) {
    byte[] wire = new byte[1 + message.length()];
    wire[0] = kind;
    message.copyTo(wire, 1);
    return wire;
  }

  private static byte[] numbered(byte kind, long number, Bytes frame) {
    byte[] wire = new byte[NUMBER_AT + frame.length()];
    ByteBuffer.wrap(wire).put(kind).putLong(number);
    frame.copyTo(wire, NUMBER_AT);
    return wire;
  }

  private static byte[] words(byte kind, List<Long> numbers) {
    ByteBuffer wire = ByteBuffer.allocate(1 + Long.BYTES * numbers.size()).put(kind);
    numbers.forEach(wire::putLong);
    return wire.array();
  }

  private boolean multicastIsStuck() {
    if (multicasts == null || local == null) {
      return false;
    }
    Buffer<Message> window = multicasts.getBuf(local);
    return window != null && window.high() - window.low() >= window.capacity() / 2;
  }

  private boolean unicastIsStuck(org.jgroups.Address destination) {
    View view = channel.getView();
    if (view == null || !view.containsMember(destination)) {
      return true;
    }
    return unicasts != null
        && unicasts.getNumUnackedMessages(destination) >= RuntimeLimits.UNACKNOWLEDGED;
  }

  // ---- receiving, on JGroups' threads

  /**
   * Messages alone: what views say is asked for where something is sent, and costs nothing here.
   */
  private final class Inbound implements org.jgroups.Receiver {
    @Override
    public void receive(Message message) {
      org.jgroups.Address source = message.getSrc();
      if (message.getType() != Message.BYTES_MSG || source == null || !message.hasArray()) {
        refused.increment();
        return;
      }
      byte[] wire = message.getArray();
      int length = message.getLength() - 1;
      if (wire == null || length < 0) {
        refused.increment();
        return;
      }
      byte kind = wire[message.getOffset()];
      boolean isNumbered = kind == NUMBERED_FRAME || kind == FRAME_AGAIN;
      boolean isWords = kind == COUNT || kind == MISSING || kind == TOO_FAST;
      int head = isNumbered ? NUMBER_AT : 1;
      if (kind < CONTROL
          || kind > TOO_FAST
          || message.getLength() < head
          || message.getLength() - head > mostBytes(kind == FRAME || isNumbered)
          || (isWords && !isSomeNumbers(length) && !(kind == TOO_FAST && length == 0))) {
        refused.increment();
        return;
      }
      Address from;
      try {
        from = addresses.ofSource(source);
      } catch (Exception unusable) {
        refused.increment();
        return;
      }
      if (from.equals(self)) {
        return;
      }
      if (!networkMulticasts) {
        TP open = sockets;
        heard.from(source, open != null && open.getPhysicalAddressFromCache(source) != null);
      }
      received.increment();
      ByteBuffer numbers = ByteBuffer.wrap(wire, message.getOffset() + 1, length);
      if (isWords) {
        words(from, kind, numbers);
        return;
      }
      long number = isNumbered ? numbers.getLong() : 0;
      if (isNumbered && !catchUp.came(from, number, kind == FRAME_AGAIN, millis())) {
        return;
      }
      Bytes payload = Bytes.of(wire, message.getOffset() + head, message.getLength() - head);
      switch (kind) {
        case PRESENCE -> receiver.presence(from, payload);
        case CONTROL -> receiver.control(from, payload);
        default ->
            receiver.frame(
                from, payload, isNumbered ? () -> catchUp.notTaken(from, number, millis()) : null);
      }
    }

    private static boolean isSomeNumbers(int length) {
      return length > 0
          && length % Long.BYTES == 0
          && length <= RuntimeLimits.ASKED_AT_ONCE * Long.BYTES;
    }

    private void words(Address from, byte kind, ByteBuffer words) {
      if (kind == COUNT && words.remaining() == 3 * Long.BYTES) {
        catchUp.told(
            from,
            new CatchUp.Errand.Tell(words.getLong(), words.getLong(), words.getLong()),
            millis());
      } else if (kind == MISSING) {
        List<Long> numbers = new ArrayList<>();
        while (words.hasRemaining()) {
          numbers.add(words.getLong());
        }
        catchUp.asked(from, numbers, millis());
      } else if (kind == TOO_FAST && !words.hasRemaining()) {
        pace.tooFast(millis());
      } else {
        refused.increment();
      }
    }
  }

  @Override
  public Optional<String> where(Address end) {
    TP open = sockets;
    try {
      if (open != null
          && open.getPhysicalAddressFromCache(Addresses.read(end)) instanceof IpAddress known) {
        String host = known.getIpAddress().getHostAddress();
        return Optional.of((host.contains(":") ? '[' + host + ']' : host) + ':' + known.getPort());
      }
    } catch (Exception unusable) {
      LOG.debug("No address of JGroups: {}", end);
    }
    return Optional.empty();
  }

  @Override
  public TransportCounts counts() {
    return new TransportCounts(
        outbox.sent.sum(),
        outbox.dropped.sum(),
        outbox.failed.sum(),
        unacknowledged.sum(),
        received.sum(),
        refused.sum(),
        catchUp.lost(),
        PlainMessages.REFUSED.sum());
  }

  /** For tests. */
  JChannel channel() {
    return channel;
  }

  @Override
  public void close() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    outbox.close(RuntimeLimits.FLUSH_MILLIS);
    // JGroups' leaving asks the coordinator and waits for its answer, for as long as its stack
    // says.
    Thread leaving = Thread.ofPlatform().daemon().name(name + "-leaving").start(channel::close);
    try {
      if (!leaving.join(java.time.Duration.ofMillis(RuntimeLimits.LEAVE_MILLIS))) {
        LOG.debug("{} is still leaving; it goes on in the background", name);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
