package io.keymoot.runtime;

import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jgroups.Event;
import org.jgroups.JChannel;
import org.jgroups.Message;
import org.jgroups.Message.Flag;
import org.jgroups.View;
import org.jgroups.protocols.TP;
import org.jgroups.stack.Protocol;
import org.jgroups.stack.ProtocolStack;
import org.jgroups.util.MessageBatch;
import org.jspecify.annotations.Nullable;

/** A protocol that looks at what passes it, and loses what it is told to. */
final class Probe extends Protocol {
  /** How a message went down, and what it says behind {@code #}, its kind and number left out. */
  record Passed(String words, int length, Set<Flag> flags) {}

  final List<Passed> passed = new CopyOnWriteArrayList<>();

  /** That JGroups installed. */
  final List<View> views = new CopyOnWriteArrayList<>();

  /** Messages that came up, and those of them that JGroups' thread has got rid of. */
  final AtomicInteger came = new AtomicInteger();

  final AtomicInteger wentBack = new AtomicInteger();

  /** The first that goes down with each of these is lost. */
  final Set<String> losing;

  Probe(String... losing) {
    this.losing = Stream.of(losing).collect(Collectors.toCollection(ConcurrentSkipListSet::new));
  }

  /** Below all that makes a message reliable. */
  void below(JChannel channel) throws Exception {
    channel.getProtocolStack().insertProtocol(this, ProtocolStack.Position.ABOVE, TP.class);
  }

  /** Above all of it: what passes is the application's. */
  void above(JChannel channel) throws Exception {
    channel.getProtocolStack().insertProtocolAtTop(this);
  }

  @Override
  public synchronized @Nullable Object down(Message message) {
    String words = wordsOf(message);
    Set<Flag> flags = EnumSet.noneOf(Flag.class);
    Stream.of(Flag.values()).filter(message::isFlagSet).forEach(flags::add);
    passed.add(new Passed(words, message.getLength(), flags));
    return losing.remove(words) ? null : down_prot.down(message);
  }

  private static String wordsOf(Message message) {
    if (!message.hasArray() || message.getArray() == null) {
      return "";
    }
    String all =
        new String(
            message.getArray(),
            message.getOffset(),
            message.getLength(),
            StandardCharsets.ISO_8859_1);
    return all.substring(all.indexOf('#') + 1);
  }

  @Override
  public Object up(Event event) {
    if (event.getType() == Event.VIEW_CHANGE) {
      views.add(event.getArg());
    }
    return up_prot.up(event);
  }

  @Override
  public Object up(Message message) {
    came.incrementAndGet();
    Object answer = up_prot.up(message);
    wentBack.incrementAndGet();
    return answer;
  }

  @Override
  public void up(MessageBatch batch) {
    int size = batch.size();
    came.addAndGet(size);
    up_prot.up(batch);
    wentBack.addAndGet(size);
  }
}
