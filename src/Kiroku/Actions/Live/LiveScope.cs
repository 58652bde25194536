using Kiroku.Access;
using Kiroku.Actions.Live.Filters;
using Kiroku.Api;

namespace Kiroku.Actions.Live;

/// <summary>
/// Which actions a request is about: those that fulfil its filter, on the servers of the caller's project or of all.
/// </summary>
internal sealed record LiveScope(string FilterText, Filter? Filter, bool IsOfAllProjects)
{
    public const string FilterName = "filter";
    public const string AllProjectsName = "all_projects";
    public const string FilterMeaning = "Which actions: fields, operators and AND, OR, NOT as in AIP-160.";
    public const string AllProjectsMeaning = "Of all projects, for administrators.";

    /// <exception cref="Fault">400: a parameter is none of the values that it may have.</exception>
    public static LiveScope Read(LiveParameters asked)
    {
        var text = asked[FilterName] ?? "";
        return new LiveScope(text, FilterParser.Parse(text), asked.IsTrue(AllProjectsName));
    }

    /// <exception cref="Fault">403: the caller may not ask for that.</exception>
    public void Require(Caller caller)
    {
        caller.Require(IsOfAllProjects ? ActionRules.AllProjects : ActionRules.List, caller.ProjectId);
        RequireFilter(caller, Filter);
    }

    /// <summary>Who may not read details must not find them out by searching for them either.</summary>
    /// <exception cref="Fault">403: the filter is one of those.</exception>
    public static void RequireFilter(Caller caller, Filter? filter)
    {
        if (filter?.AsksWhy() == true)
            caller.Require(ActionRules.EventsDetails, caller.ProjectId);
    }

    /// <summary>The project whose servers' actions are told; null for those of all.</summary>
    public string? ProjectOf(Caller caller) => IsOfAllProjects ? null : caller.ProjectId;

    /// <summary>Whether an action that was read is one of them.</summary>
    public bool Tells(LiveAction action, Caller caller)
        => (IsOfAllProjects || action.Action.OwnerId == caller.ProjectId) && Filter?.Matches(action) != false;
}
