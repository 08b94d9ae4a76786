package io.keymoot.runtime;

import io.keymoot.flatkeying.frame.FrameSender;
import java.util.List;

/**
 * Is handed the group's keys as they come and go, in order, on a thread of its own: <i>install</i>
 * → <i>activate</i> → another is activated → <i>retire</i>. Whoever subscribes late is told first
 * what holds now. There is nothing to ask for, so nothing to ask for once and keep.
 */
public interface KeyListener {
  /** From now on, frames under it may come: open them. */
  void install(GroupKey key);

  /** From now on, seal under it. It was installed before. */
  void activate(GroupKey key);

  /** Forget it and all that was derived from it. */
  void retire(GroupKey key);

  /** Seal nothing until a key is activated. */
  default void holdBack() {}

  /** Who may send now, this device included. */
  default void senders(List<FrameSender> senders) {}
}
