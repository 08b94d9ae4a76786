package io.keymoot.daemon;

import io.keymoot.daemon.api.KeyFeed;
import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.flatkeying.frame.FrameSender;
import io.keymoot.runtime.GroupKey;
import io.keymoot.runtime.GroupNode;
import io.keymoot.runtime.KeyListener;
import io.keymoot.runtime.KeySubscription;
import io.keymoot.runtime.NodeEvent;
import io.keymoot.runtime.NodeState;
import io.keymoot.runtime.NotNow;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The group's keys for media workers of this device, as messages: install → ack → activate →
 * retire. A key is announced for use only when the worker has said that it has it, so no frame is
 * sealed under a key that the worker's other half cannot open yet.
 */
final class MediaKeys implements KeyFeed {
  private static final int STREAMS = 4;

  /** A worker keeps an old key so long for frames on their way. */
  private static final int RETIRE_AFTER_MILLIS = 1_000;

  private final Supplier<Optional<GroupNode>> node;
  private final Function<MemberId, String> names;

  MediaKeys(Supplier<Optional<GroupNode>> node, Function<MemberId, String> names) {
    this.node = node;
    this.names = names;
  }

  @Override
  public CompletionStage<Line> subscribe(Worker worker) {
    GroupNode seat = node.get().orElse(null);
    if (seat == null) {
      return CompletableFuture.failedStage(new IllegalStateException("no node yet"));
    }
    Call call = new Call(seat, worker);
    try {
      return seat.keys(STREAMS, call)
          .thenApply(
              subscription -> {
                call.begin(subscription);
                return call;
              });
    } catch (NotNow e) {
      return CompletableFuture.failedStage(e);
    }
  }

  /** One worker. Told from the subscription's thread and from the server's. */
  final class Call implements KeyListener, Line {
    private final GroupNode seat;
    private final Worker worker;
    private final Set<GroupKey> installed = new LinkedHashSet<>();
    private final CompletableFuture<KeySubscription> subscription = new CompletableFuture<>();
    private long seq;
    private long installedAt;
    private boolean acknowledged;
    private Optional<GroupKey> toActivate = Optional.empty();

    Call(GroupNode seat, Worker worker) {
      this.seat = seat;
      this.worker = worker;
    }

    synchronized void begin(KeySubscription begun) {
      subscription.complete(begun);
      say(
          "streams",
          "\"streams\":"
              + begun.streams().stream().map(stream -> Integer.toString(stream.number())).toList());
    }

    // ---- from the node

    @Override
    public synchronized void install(GroupKey key) {
      installed.add(key);
      sendKey(key, key.senders());
    }

    @Override
    public synchronized void activate(GroupKey key) {
      toActivate = Optional.of(key);
      activateIfAcknowledged();
    }

    @Override
    public synchronized void retire(GroupKey key) {
      installed.remove(key);
      toActivate = toActivate.filter(waiting -> !waiting.equals(key));
      say("retire", named(key) + ",\"after\":" + RETIRE_AFTER_MILLIS);
    }

    @Override
    public synchronized void holdBack() {
      toActivate = Optional.empty();
      NodeEvent.Status now = seat.status();
      boolean isKnown = now.state() != NodeState.SETTLED && !now.cause().isEmpty();
      String cause = isKnown ? now.cause() : "no key may be sent under";
      say("status", "\"state\":\"holding\",\"cause\":" + quoted(cause));
    }

    @Override
    public synchronized void senders(List<FrameSender> senders) {
      StringBuilder members = new StringBuilder("\"members\":[");
      for (FrameSender sender : senders) {
        members
            .append(members.charAt(members.length() - 1) == '[' ? "" : ",")
            .append('"')
            .append(sender.member().hash().toHex())
            .append('"');
      }
      say("members", members.append(']').toString());
      // Who came since has frames of its own under the keys that are there.
      installed.forEach(key -> sendKey(key, senders));
    }

    // ---- from the worker

    @Override
    public synchronized void acknowledged(long number) {
      if (number >= installedAt) {
        acknowledged = true;
        activateIfAcknowledged();
      }
    }

    @Override
    public void rekey() {
      seat.rekey();
    }

    @Override
    public void close() {
      var unused = subscription.thenAccept(KeySubscription::close);
    }

    // ---- what is said

    private void activateIfAcknowledged() {
      if (acknowledged && toActivate.isPresent()) {
        say("activate", named(toActivate.get()));
        toActivate = Optional.empty();
      }
    }

    private void sendKey(GroupKey key, List<FrameSender> senders) {
      Json json = new Json();
      acknowledged = false;
      installedAt = ++seq;
      json.text("{\"type\":\"install\",\"seq\":" + seq + ',' + named(key) + ",\"keys\":[");
      boolean first = true;
      for (FrameSender sender : senders) {
        Optional<Long> kid = key.kid(sender);
        if (kid.isEmpty()) {
          continue;
        }
        boolean self = key.self().equals(Optional.of(sender));
        String head =
            (first ? "" : ",")
                + "{\"member\":\""
                + sender.member().hash().toHex()
                + "\",\"name\":"
                + quoted(names.apply(sender.member()))
                + ",\"self\":"
                + self
                + ",\"kid\":\""
                + "%016x".formatted(kid.get())
                + "\",\"baseKey\":\"";
        Optional<Boolean> lent =
            key.lendBaseKey(
                sender,
                bytes -> {
                  json.text(head);
                  json.secret(Base64.getUrlEncoder().withoutPadding().encode(bytes));
                  json.text("\"}");
                  return true;
                });
        first &= lent.isEmpty();
      }
      json.text("]}");
      worker.send(json.take());
    }

    private void say(String type, String fields) {
      worker.send(
          ("{\"type\":\"" + type + "\",\"seq\":" + ++seq + ',' + fields + '}')
              .getBytes(StandardCharsets.UTF_8));
    }

    private static String named(GroupKey key) {
      return "\"epoch\":\"" + key.epoch().hash().toHex() + "\",\"revision\":" + key.revision();
    }
  }

  private static String quoted(String text) {
    return io.vertx.core.json.Json.encode(text);
  }

  /** JSON in the making, whose array is wiped when it grows or is given away. */
  private static final class Json extends ByteArrayOutputStream {
    Json() {
      super(64 << 10);
    }

    void text(String text) {
      writeBytes(text.getBytes(StandardCharsets.UTF_8));
    }

    void secret(byte[] ascii) {
      writeBytes(ascii);
      Arrays.fill(ascii, (byte) 0);
    }

    @Override
    public void writeBytes(byte[] more) {
      if (count + more.length > buf.length) {
        byte[] old = buf;
        buf = Arrays.copyOf(old, 2 * old.length + more.length);
        Arrays.fill(old, (byte) 0);
      }
      super.writeBytes(more);
    }

    byte[] take() {
      byte[] all = toByteArray();
      Arrays.fill(buf, (byte) 0);
      return all;
    }
  }
}
