using Kiroku.Access;

namespace Kiroku.Actions;

/// <summary>The record's policy rules, under Nova's names, and one for what Nova has not.</summary>
internal static class ActionRules
{
    public static readonly Rule List = Rule.Reader("os_compute_api:os-instance-actions:list");
    public static readonly Rule Show = Rule.Reader("os_compute_api:os-instance-actions:show");
    public static readonly Rule Events = Rule.Admin("os_compute_api:os-instance-actions:events");
    public static readonly Rule AllProjects = Rule.Admin("actions:all_projects");
    // Nova allows this to administrators. In Kiroku owners, too, see what went wrong, in a sentence that is fit for
    // them.
    public static readonly Rule EventsDetails = Rule.Reader("os_compute_api:os-instance-actions:events:details");
}
