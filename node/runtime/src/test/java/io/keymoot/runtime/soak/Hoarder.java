package io.keymoot.runtime.soak;

import io.keymoot.flatkeying.Tick;
import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.GroupId;
import io.keymoot.flatkeying.fact.StayId;
import io.keymoot.flatkeying.frame.FrameEpoch;
import io.keymoot.flatkeying.frame.FrameOpener;
import io.keymoot.flatkeying.frame.FrameSecret;
import io.keymoot.flatkeying.frame.FrameSender;
import io.keymoot.flatkeying.frame.KeyRing;
import io.keymoot.flatkeying.frame.Opening;
import io.keymoot.flatkeying.frame.SFrameSuite;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.runtime.GroupKey;
import io.keymoot.runtime.KeyListener;
import io.keymoot.runtime.Line;
import io.keymoot.runtime.Wiretap;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;

/**
 * A member that keeps every key it was ever handed, against all the rules, and records every frame
 * on the network, also those that come after it was put out. Then it tries all keys on all frames;
 * and what keys follow from all it recorded, whether handed to it or not, its {@link Wiretap} says.
 */
final class Hoarder implements KeyListener, Line.Ear {
  private static final int MOST_FRAMES = 400_000;

  private static final class Hoarded implements FrameEpoch {
    final FactId epoch;
    final int revision;
    final Map<StayId, byte[]> baseKeys = new HashMap<>();
    int kidPrefix;

    Hoarded(FactId epoch, int revision) {
      this.epoch = epoch;
      this.revision = revision;
    }

    @Override
    public FactId epoch() {
      return epoch;
    }

    @Override
    public int revision() {
      return revision;
    }

    @Override
    public int kidPrefix() {
      return kidPrefix;
    }

    @Override
    public synchronized Optional<FrameSecret> secretFor(StayId sender) {
      return Optional.ofNullable(baseKeys.get(sender))
          .map(key -> FrameSecret.owning(key.clone(), sender));
    }
  }

  private final Map<GroupKey, Hoarded> keys = new LinkedHashMap<>();
  private final Set<GroupKey> installed = new LinkedHashSet<>();
  private final Set<FrameSender> everybody = new LinkedHashSet<>();
  private final List<Bytes> frames = new ArrayList<>();
  private final Wiretap wiretap;

  Hoarder(Wiretap wiretap) {
    this.wiretap = wiretap;
  }

  // ---- hoarding

  @Override
  public synchronized void install(GroupKey key) {
    installed.add(key);
    everybody.addAll(key.senders());
    copy(key);
  }

  @Override
  public synchronized void activate(GroupKey key) {
    copy(key);
  }

  @Override
  public synchronized void retire(GroupKey key) {
    installed.remove(key);
  }

  @Override
  public synchronized void senders(List<FrameSender> senders) {
    everybody.addAll(senders);
    installed.forEach(this::copy);
  }

  private void copy(GroupKey key) {
    Hoarded kept = keys.computeIfAbsent(key, k -> new Hoarded(k.epoch(), k.revision()));
    for (FrameSender sender : everybody) {
      key.kid(sender).ifPresent(kid -> kept.kidPrefix = (int) (kid >>> 32));
      key.lendBaseKey(sender, byte[]::clone)
          .ifPresent(bytes -> kept.baseKeys.put(sender.stay(), bytes));
    }
  }

  @Override
  public synchronized void frame(String from, Bytes frame) {
    if (frames.size() < MOST_FRAMES) {
      frames.add(frame);
    }
  }

  @Override
  public void control(Bytes message) {
    wiretap.overhear(message);
  }

  // ---- and plundering

  record Plunder(int frames, int opened, int keys) {}

  synchronized Plunder plunder(GroupId group, BiConsumer<FrameSender, Bytes> read) {
    return new Plunder(frames.size(), open(group, frames, read), keys.size());
  }

  /** How many frames that it recorded itself its keys open. */
  synchronized int opened(GroupId group) {
    return open(group, frames, (sender, plain) -> {});
  }

  /** Hands all frames so far to whoever comes later. */
  synchronized void handOn(Path file) throws IOException {
    try (DataOutputStream out =
        new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(file)))) {
      out.writeInt(frames.size());
      for (Bytes frame : frames) {
        out.writeInt(frame.length());
        out.write(frame.toArray());
      }
    }
  }

  /** What its keys open of frames that somebody else recorded. */
  synchronized Plunder plunder(GroupId group, Path file) throws IOException {
    List<Bytes> others = new ArrayList<>();
    try (DataInputStream in =
        new DataInputStream(new BufferedInputStream(Files.newInputStream(file)))) {
      for (int left = in.readInt(); left > 0; left--) {
        others.add(Bytes.owning(in.readNBytes(in.readInt())));
      }
    }
    return new Plunder(others.size(), open(group, others, (sender, plain) -> {}), keys.size());
  }

  private int open(GroupId group, List<Bytes> all, BiConsumer<FrameSender, Bytes> read) {
    KeyRing ring = new KeyRing(group, SFrameSuite.AES_256_GCM_SHA512_128);
    ring.admit(everybody);
    keys.values().forEach(ring::install);
    FrameOpener opener = ring.newOpener((member, message, signature) -> true);
    int opened = 0;
    for (Bytes frame : all) {
      byte[] in = frame.toArray();
      byte[] out = new byte[in.length];
      if (opener.open(Tick.ZERO, opened, in, 0, in.length, out, 0)
          instanceof Opening.Opened frameOpened) {
        opened++;
        read.accept(frameOpened.sender(), Bytes.of(out, 0, frameOpened.length()));
      }
    }
    return opened;
  }
}
