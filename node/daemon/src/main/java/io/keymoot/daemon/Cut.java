package io.keymoot.daemon;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jgroups.Message;
import org.jgroups.stack.Protocol;
import org.jgroups.util.MessageBatch;
import org.jspecify.annotations.Nullable;

/**
 * A part of the demo's network stack that can be told to hear nothing from some of the others, as
 * if a cable were cut. JGroups makes it, by its name in the stack, so it is found through a static.
 */
public final class Cut extends Protocol {
  private static volatile @Nullable Cut current;

  private final List<String> deafTo = new CopyOnWriteArrayList<>();

  /** For JGroups. */
  public Cut() {
    current = this;
  }

  static Optional<Cut> current() {
    return Optional.ofNullable(current);
  }

  /** This end's name on the network; none before it is connected. */
  Optional<String> address() {
    return Optional.ofNullable(local_addr).map(Cut::name);
  }

  void from(List<String> others) {
    deafTo.clear();
    deafTo.addAll(others);
  }

  private static String name(org.jgroups.Address address) {
    return address instanceof org.jgroups.util.UUID id ? id.toStringLong() : address.toString();
  }

  private boolean isCut(org.jgroups.@Nullable Address from) {
    return from != null && !deafTo.isEmpty() && deafTo.contains(name(from));
  }

  @Override
  public @Nullable Object up(Message message) {
    return isCut(message.getSrc()) ? null : up_prot.up(message);
  }

  @Override
  public void up(MessageBatch batch) {
    if (!isCut(batch.getSender())) {
      up_prot.up(batch);
    }
  }
}
