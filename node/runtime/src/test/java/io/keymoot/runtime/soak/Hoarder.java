package io.keymoot.runtime.soak;

import io.keymoot.flatkeying.Tick;
import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.GroupId;
import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.flatkeying.fact.StayId;
import io.keymoot.flatkeying.frame.FrameEpoch;
import io.keymoot.flatkeying.frame.FrameOpener;
import io.keymoot.flatkeying.frame.FrameSecret;
import io.keymoot.flatkeying.frame.FrameSender;
import io.keymoot.flatkeying.frame.KeyRing;
import io.keymoot.flatkeying.frame.Opening;
import io.keymoot.flatkeying.frame.SFrameSuite;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Hash32;
import io.keymoot.runtime.GroupKey;
import io.keymoot.runtime.KeyListener;
import io.keymoot.runtime.Line;
import io.keymoot.runtime.Wiretap;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInput;
import java.io.DataInputStream;
import java.io.DataOutput;
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

  /** Of another, which this one was not handed itself. */
  private final List<Hoarded> others = new ArrayList<>();

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
    return new Plunder(frames.size(), open(group, frames, read), keys.size() + others.size());
  }

  /** How many frames that it recorded itself its keys open. */
  synchronized int opened(GroupId group) {
    return open(group, frames, (sender, plain) -> {});
  }

  /** Hands all frames so far to whoever comes later. */
  synchronized void handOn(Path file) throws IOException {
    try (DataOutputStream out =
        new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(file)))) {
      write(frames, out);
    }
  }

  private static void write(List<Bytes> frames, DataOutput out) throws IOException {
    out.writeInt(frames.size());
    for (Bytes frame : frames) {
      out.writeInt(frame.length());
      out.write(frame.toArray());
    }
  }

  private static List<Bytes> frames(DataInput in) throws IOException {
    List<Bytes> frames = new ArrayList<>();
    for (int left = in.readInt(); left > 0; left--) {
      byte[] frame = new byte[in.readInt()];
      in.readFully(frame);
      frames.add(Bytes.owning(frame));
    }
    return frames;
  }

  // ---- two who pool what they have

  /** All that it has, for another that is out as well. */
  synchronized void share(Path file) throws IOException {
    try (DataOutputStream out =
        new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(file)))) {
      write(frames, out);
      out.writeInt(everybody.size());
      for (FrameSender each : everybody) {
        write(each.stay().hash(), out);
        write(each.member().hash(), out);
      }
      out.writeInt(keys.size());
      for (Hoarded key : keys.values()) {
        write(key.epoch.hash(), out);
        out.writeInt(key.revision);
        out.writeInt(key.kidPrefix);
        out.writeInt(key.baseKeys.size());
        for (Map.Entry<StayId, byte[]> each : key.baseKeys.entrySet()) {
          write(each.getKey().hash(), out);
          out.writeInt(each.getValue().length);
          out.write(each.getValue());
        }
      }
      wiretap.share(out);
    }
  }

  /** Has from now on what the other shared. */
  synchronized void poolWith(MemberId other, Path file) throws IOException {
    try (DataInputStream in =
        new DataInputStream(new BufferedInputStream(Files.newInputStream(file)))) {
      frames.addAll(frames(in));
      for (int left = in.readInt(); left > 0; left--) {
        StayId stay = new StayId(hash(in));
        everybody.add(new FrameSender(stay, new MemberId(hash(in))));
      }
      for (int left = in.readInt(); left > 0; left--) {
        Hoarded key = new Hoarded(new FactId(hash(in)), in.readInt());
        key.kidPrefix = in.readInt();
        for (int more = in.readInt(); more > 0; more--) {
          StayId stay = new StayId(hash(in));
          byte[] baseKey = new byte[in.readInt()];
          in.readFully(baseKey);
          key.baseKeys.put(stay, baseKey);
        }
        add(key);
      }
      wiretap.poolWith(other, in);
    }
  }

  private void add(Hoarded others) {
    for (Hoarded own : keys.values()) {
      if (own.epoch.equals(others.epoch) && own.revision == others.revision) {
        others.baseKeys.forEach(own.baseKeys::putIfAbsent);
        return;
      }
    }
    this.others.add(others);
  }

  private static void write(Hash32 hash, DataOutput out) throws IOException {
    out.write(hash.toArray());
  }

  private static Hash32 hash(DataInput in) throws IOException {
    byte[] hash = new byte[Hash32.LENGTH];
    in.readFully(hash);
    return Hash32.of(hash);
  }

  // ---- and opening

  /** What its keys open of frames that somebody else recorded. */
  synchronized Plunder plunder(GroupId group, Path file) throws IOException {
    try (DataInputStream in =
        new DataInputStream(new BufferedInputStream(Files.newInputStream(file)))) {
      List<Bytes> handed = frames(in);
      return new Plunder(handed.size(), open(group, handed, (sender, plain) -> {}), keys.size());
    }
  }

  private int open(GroupId group, List<Bytes> all, BiConsumer<FrameSender, Bytes> read) {
    KeyRing ring = new KeyRing(group, SFrameSuite.AES_256_GCM_SHA512_128);
    ring.admit(everybody);
    keys.values().forEach(ring::install);
    others.forEach(ring::install);
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
