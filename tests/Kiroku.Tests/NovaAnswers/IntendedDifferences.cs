namespace Kiroku.Tests.NovaAnswers;

/// <summary>
/// The intended differences between the captured answers and ours, each with its number in docs/compatibility.md.
/// This table may only shrink: a line that no answer needs fails the tests.
/// </summary>
internal static class IntendedDifferences
{
    public static readonly (int Number, string Difference)[] All =
    [
        (1, "show rebuild: /instanceAction/events are compute_rebuild_instance instead of compute_rebuild_instance "
            + "rebuild_server"),
        (1, "show resize: /instanceAction/events are compute_finish_resize compute_resize_instance compute_prep_resize "
            + "cold_migrate "
            + "instead of compute_finish_resize compute_resize_instance compute_prep_resize cold_migrate "
                + "conductor_migrate_server"),
        (1, "show shelve: /instanceAction/events are compute_shelve_offload_instance instead of "
            + "compute_shelve_instance"),
        (1, "show unshelve: /instanceAction/events are compute_unshelve_instance schedule_instances "
            + "instead of compute_unshelve_instance schedule_instances get_image_info"),
        (2, "show *: /instanceAction adds events"),
        (3, "show *: /instanceAction/events[] adds details"),
    ];

    /// <summary>The line for a difference; null if it is not intended.</summary>
    public static (int Number, string Difference)? Of(string difference)
    {
        var generic = $"show *{difference[difference.IndexOf(':', StringComparison.Ordinal)..]}";
        return All.Cast<(int, string Difference)?>().FirstOrDefault(
            intended => intended!.Value.Difference == difference || intended.Value.Difference == generic);
    }
}
