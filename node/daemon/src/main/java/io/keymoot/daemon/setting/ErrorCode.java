package io.keymoot.daemon.setting;

/**
 * What can go wrong, by a word that stays the same: scripts may rely on it, and on the exit code.
 *
 * <p>Exit codes: 1 could not, 2 not understood, 3 no daemon answers, 4 not allowed, 5 not now, 6 no
 * such thing.
 */
public enum ErrorCode {
  USAGE("usage", 400, 2, "Not understood"),
  BAD_REQUEST("bad-request", 400, 2, "Not understood"),
  BAD_SETTING("bad-setting", 500, 2, "A setting is wrong"),
  BAD_POLICY("bad-policy", 500, 1, "The policy cannot be used"),
  BAD_IDENTITY("bad-identity", 500, 1, "The identity cannot be used"),
  BAD_FILE("bad-file", 500, 1, "A file cannot be used"),
  NETWORK("network", 500, 1, "The network cannot be used"),
  NOT_RUNNING("not-running", 503, 3, "No daemon answers"),
  ALREADY_RUNNING("already-running", 409, 1, "A daemon runs already"),
  NO_TOKEN("no-token", 401, 4, "Not logged in"),
  WRONG_HOST("wrong-host", 421, 4, "Not a name of this daemon"),
  WRONG_ORIGIN("wrong-origin", 403, 4, "Another site asked"),
  NOT_ALLOWED("not-allowed", 403, 4, "Not allowed"),
  NO_SUCH_ROUTE("no-such-route", 404, 6, "There is no such route"),
  WRONG_METHOD("wrong-method", 405, 2, "Not with this method"),
  WRONG_TYPE("wrong-type", 415, 2, "Not JSON"),
  TOO_LARGE("too-large", 413, 2, "Too large"),
  TOO_MANY("too-many", 429, 5, "Too many requests"),
  NO_SUCH_MEMBER("no-such-member", 404, 6, "There is no such member"),
  AMBIGUOUS("ambiguous", 409, 6, "More than one fits"),
  NO_SUCH_PENDING("no-such-pending", 404, 6, "Nobody waits under this id"),
  NO_SUCH_INVITE("no-such-invite", 404, 6, "There is no such invite"),
  NAME_TAKEN("name-taken", 409, 1, "The name is taken"),
  NOT_NOW("not-now", 503, 5, "Not at this moment"),
  NOT_IN_GROUP("not-in-group", 409, 5, "Not in the group"),
  STOPPED("stopped", 500, 1, "The node stopped"),
  BUG("bug", 500, 1, "Something is wrong with Keymoot itself");

  private final String word;
  private final int status;
  private final int exit;
  private final String title;

  ErrorCode(String word, int status, int exit, String title) {
    this.word = word;
    this.status = status;
    this.exit = exit;
    this.title = title;
  }

  public String word() {
    return word;
  }

  /** Of HTTP. */
  public int status() {
    return status;
  }

  /** Of the process. */
  public int exit() {
    return exit;
  }

  public String title() {
    return title;
  }
}
