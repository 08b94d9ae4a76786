package io.keymoot.flatkeying.key;

import io.keymoot.flatkeying.Limits;
import io.keymoot.flatkeying.fact.GroupId;
import io.keymoot.flatkeying.fact.StayId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;

/**
 * The pairwise sessions of a device. Bounded: the least recently used goes first, by the order of
 * use and no clock, and is made anew when needed. A session dies with either stay.
 */
public final class SessionTable implements AutoCloseable {
  private record Pair(StayId own, StayId other) {}

  private final GroupId group;
  private final int most;
  // In order of use: the order of a linked map hangs on no hash.
  private final LinkedHashMap<Pair, Session> sessions = new LinkedHashMap<>(16, 0.75f, true);

  public SessionTable(GroupId group) {
    this(group, Limits.SESSIONS);
  }

  SessionTable(GroupId group, int most) {
    this.group = group;
    this.most = most;
  }

  /**
   * The session of two stays, made if there is none. Not to be kept: ask again when it is needed,
   * or it may have been put out meanwhile.
   */
  public Session between(StayId own, StayId other) {
    if (own.equals(other)) {
      throw new IllegalArgumentException("no session of " + own + " with itself");
    }
    Session session = sessions.get(new Pair(own, other));
    if (session == null) {
      if (sessions.size() >= most) {
        sessions.pollFirstEntry().getValue().close();
      }
      session = new Session(group, own, other);
      sessions.put(new Pair(own, other), session);
    }
    return session;
  }

  /** The session of two stays if there is one. */
  public Optional<Session> known(StayId own, StayId other) {
    return Optional.ofNullable(sessions.get(new Pair(own, other)));
  }

  /** A stay is over: all its sessions are wiped. */
  public void forget(StayId stay) {
    List<Pair> gone = new ArrayList<>();
    for (Pair pair : sessions.keySet()) {
      if (pair.own.equals(stay) || pair.other.equals(stay)) {
        gone.add(pair);
      }
    }
    for (Pair pair : gone) {
      Session session = sessions.remove(pair);
      if (session != null) {
        session.close();
      }
    }
  }

  public int size() {
    return sessions.size();
  }

  @Override
  public void close() {
    sessions.values().forEach(Session::close);
    sessions.clear();
  }

  @Override
  public String toString() {
    return "SessionTable(" + sessions.size() + " sessions)";
  }
}
