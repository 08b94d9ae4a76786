package io.keymoot.daemon.api;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * What happened lately, numbered from 1 with no gap, for whoever asks by {@code since}. Nobody is
 * waited for: a reader keeps its own place, and what is not kept any more it is told it missed.
 */
public final class EventLog {
  private static final int MOST = 5_000;
  private static final int MOST_CHARACTERS = 4 << 20;
  private static final int MOST_PER_ANSWER_CHARACTERS = 1 << 20;

  private record Entry(long id, String json) {}

  /**
   * @param missedFrom first id that is not kept any more, 0 for none
   */
  public record Page(List<String> events, long last, long missedFrom, long missedTo) {}

  private final String run;
  private final InstantSource clock;
  private final Deque<Entry> entries = new ArrayDeque<>(); // guarded by this
  private final List<Runnable> readers = new CopyOnWriteArrayList<>();
  private long lastId; // guarded by this
  private long characters; // guarded by this

  /**
   * @param run names this run of the daemon
   */
  public EventLog(String run, InstantSource clock) {
    this.run = run;
    this.clock = clock;
  }

  /** Never waits. */
  public void publish(String type, JsonObject fields) {
    synchronized (this) {
      lastId++;
      JsonObject event =
          new JsonObject()
              .put("id", lastId)
              .put("at", Times.text(clock.instant()))
              .put("type", type);
      fields.forEach(field -> event.put(field.getKey(), field.getValue()));
      String json = event.encode();
      entries.addLast(new Entry(lastId, json));
      characters += json.length();
      while (entries.size() > MOST || characters > MOST_CHARACTERS) {
        characters -= entries.removeFirst().json.length();
      }
    }
    readers.forEach(Runnable::run);
  }

  public synchronized long last() {
    return lastId;
  }

  /** What came after {@code since}, oldest first. */
  public synchronized Page after(long since, int limit) {
    Entry oldest = entries.peekFirst();
    long first = oldest == null ? lastId + 1 : oldest.id;
    boolean missed = since + 1 < first;
    List<String> found = new ArrayList<>();
    long last = missed ? first - 1 : since;
    int size = 0;
    for (Entry entry : entries) {
      if (entry.id <= last) {
        continue;
      }
      size += entry.json.length();
      if (found.size() == limit || (!found.isEmpty() && size > MOST_PER_ANSWER_CHARACTERS)) {
        break;
      }
      found.add(entry.json);
      last = entry.id;
    }
    return missed ? new Page(found, last, since + 1, first - 1) : new Page(found, last, 0, 0);
  }

  JsonObject json(Page page) {
    JsonArray events = new JsonArray();
    page.events.forEach(event -> events.add(new JsonObject(event)));
    JsonObject json = new JsonObject().put("run", run).put("events", events).put("last", page.last);
    if (page.missedFrom > 0) {
      json.put("missed", missed(page));
    }
    return json;
  }

  public static JsonObject missed(Page page) {
    return new JsonObject().put("first", page.missedFrom).put("last", page.missedTo);
  }

  /** Called after each event, on whichever thread published it: it must not linger. */
  public void tell(Runnable reader) {
    readers.add(reader);
  }

  public void untell(Runnable reader) {
    readers.remove(reader);
  }

  /** How many wait for what comes. */
  int readers() {
    return readers.size();
  }
}
