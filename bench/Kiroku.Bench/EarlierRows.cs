namespace Kiroku.Bench;

/// <summary>
/// Actions as versions before migration 0035 recorded them, in all their shapes: ended at once or after a retry, failed,
/// of the service itself.
/// </summary>
internal static class EarlierRows
{
    /// <summary>For <see cref="FilledStore.Fill(string, int, string)"/>.</summary>
    public const string Insert = """
        INSERT INTO actions (id, server_id, request_id, action, user_id, project_id, start_time, updated_at, finish_time, outcome, message, failing)
        WITH RECURSIVE n(number) AS (SELECT @first * @most UNION ALL SELECT number + 1 FROM n WHERE number < (@last + 1) * @most - 1),
            t(number, began) AS (SELECT number, '2026-01-01T' || time(number % @most * 600, 'unixepoch') FROM n)
        SELECT number + 1000, server(number / @most), request(number), CASE number % 3 WHEN 0 THEN 'stop' WHEN 1 THEN 'start' ELSE 'reboot' END,
            CASE number % 10 WHEN 9 THEN NULL ELSE '0123456789abcdef0123456789abcdef' END, CASE number % 10 WHEN 9 THEN NULL ELSE @project END,
            began || '.100000', began || '.900000', began || '.900000',
            CASE number % 10 WHEN 7 THEN 'succeeded_after_retries' WHEN 8 THEN 'failed' ELSE 'succeeded' END,
            CASE number % 10 WHEN 8 THEN 'Error' END, number % 10 = 8
        FROM t;
        INSERT INTO action_events (action_id, event, attempt, start_time, finish_time, result, host, details, traceback)
        WITH RECURSIVE n(number) AS (SELECT @first * @most UNION ALL SELECT number + 1 FROM n WHERE number < (@last + 1) * @most - 1),
            t(number, began) AS (SELECT number, '2026-01-01T' || time(number % @most * 600, 'unixepoch') FROM n)
        SELECT number + 1000, CASE number % 3 WHEN 0 THEN 'compute_stop_instance' WHEN 1 THEN 'compute_start_instance' ELSE 'compute_reboot_instance' END,
            1, began || '.200000', began || '.300000', 'Error', 'bench', 'The machine did not answer: "é" ' || number, 'at A.B()' || char(10) || ' at C<D>'
        FROM t WHERE number % 10 IN (7, 8)
        UNION ALL
        SELECT number + 1000, CASE number % 3 WHEN 0 THEN 'compute_stop_instance' WHEN 1 THEN 'compute_start_instance' ELSE 'compute_reboot_instance' END,
            CASE WHEN number % 10 IN (7, 8) THEN 2 ELSE 1 END, began || '.400000', began || '.800000',
            CASE number % 10 WHEN 8 THEN 'Error' ELSE 'Success' END, 'bench', CASE number % 10 WHEN 8 THEN 'No space is left.' END, NULL
        FROM t;
        """;

    /// <summary>How many have not moved, of those that were filled in: the newest move first.</summary>
    public const string CountLeft = "SELECT COALESCE(MAX(id) - 999, 0) FROM earlier_actions";
}
