using Kiroku.Access;
using Kiroku.Api;
using Kiroku.Servers.Lists;
using Kiroku.Servers.State;

namespace Kiroku.Servers.Api;

/// <summary>
/// Reads the query of a request for a list of servers (nova/api/openstack/compute/servers.py, _get_servers).
/// </summary>
internal sealed class ServerListing(HttpContext context, bool detailed)
{
    private static readonly string[] Joined =
    [
        "block_device_mapping", "services", "metadata", "system_metadata", "info_cache", "security_groups",
        "pci_devices",
    ];

    private static readonly string[] Paging = ["sort_key", "sort_dir", "limit", "marker"];

    private readonly Microversion version = Microversions.Of(context);
    private readonly Caller caller = Caller.Of(context);
    private readonly QueryParameters parameters = new(context.Request);

    public ServerQuery Read(int maxLimit)
    {
        RequireForm();
        var limit = parameters.LastLimit(maxLimit);
        var sorting = ServerOrder.Read(parameters, version, caller);
        var asked = parameters.Names.Where(IsTaken).ToList();
        if (asked.Find(name => Joined.Contains(name) || name.StartsWith('_')) is { } invalid)
            throw Fault.BadRequest($"Invalid filter field: {invalid}.");
        var filters = asked.ConvertAll(name => ServerFilters.Of(name, parameters.Last(name)!));
        var conditions = filters.Select(filter => filter.InSql).OfType<SqlCondition>().Concat(Status()).ToList();
        if (asked.Contains("locked"))
            conditions.Add(new($"locked_by IS {(Locked() ? "NOT NULL" : "NULL")}"));
        var (since, before) = Span(asked);
        var allProjects = asked.Contains("all_tenants") && Truth.Of(parameters.Last("all_tenants")!, otherwise: true);
        if (allProjects)
            caller.Require(detailed
                ? ServerRules.ListDetailAllProjects
                : ServerRules.ListAllProjects, caller.ProjectId);
        return new ServerQuery
        {
            ProjectId = allProjects ? parameters.Last("project_id") ?? parameters.Last("tenant_id") : caller.ProjectId,
            Limit = limit,
            Marker = Marker(),
            Deleted = Deleted(asked, since is not null || before is not null),
            ChangesSince = since,
            ChangesBefore = before,
            Conditions = conditions,
            Predicates = [.. filters.Select(filter => filter.InRow).OfType<Predicate<Server>>()],
            Sorting = sorting,
        };
    }

    /// <summary>Makes the checks that Nova's schema makes, before anybody asks what the caller may use.</summary>
    private void RequireForm()
    {
        if (version >= 75
            && parameters.Names.FirstOrDefault(name => !IsKnown(name) && !name.StartsWith('_')) is { } unknown)
            throw Fault.BadRequest($"{PythonText.Quote(unknown)} does not match any of the regexes: '^_'");
        ServerFilters.RequirePatterns(parameters, version);
        parameters.RequireTimes("changes-since");
        if (version >= 66)
            parameters.RequireTimes("changes-before");
    }

    private bool IsKnown(string name)
        => ServerFilters.Names.Contains(name) || Joined.Contains(name) || Paging.Contains(name)
            || name is "project_id" or "tenant_id" or "all_tenants" or "soft_deleted" or "deleted" or "status"
                or "changes-since"
            || (version >= 26 && ServerFilters.TagNames.Contains(name))
            || (version >= 66 && name == "changes-before")
            || (version >= 73 && name == "locked");

    /// <summary>
    /// Whether a parameter is used. Administrators may use every one; from other callers the ones that they may not use
    /// are ignored.
    /// </summary>
    private bool IsTaken(string name)
    {
        if (Paging.Contains(name) || (!name.StartsWith('_') && !IsKnown(name)))
            return false;
        return caller.IsAdmin
            || name is "reservation_id" or "name" or "status" or "image" or "flavor" or "ip" or "changes-since"
                or "all_tenants"
            || (version >= 5 && name == "ip6")
            || (version >= 26 && ServerFilters.TagNames.Contains(name))
            || (version >= 66 && name == "changes-before")
            || (version >= 73 && name == "locked")
            || (version >= 83 && name is "availability_zone" or "config_drive" or "key_name" or "created_at"
                or "launched_at" or "terminated_at" or "power_state" or "task_state" or "vm_state" or "progress"
                or "user_id")
            || (version >= 90 && name == "hostname");
    }

    private List<SqlCondition> Status()
    {
        if (!parameters.Has("status"))
            return [];
        if (ServerStatus.StatesOf([.. parameters.All("status")]) is not var (vmStates, taskStates))
            return version >= 38 ? throw Fault.BadRequest("Invalid status value") : [new("1 = 0")];
        var vmState = SqlCondition.IsOneOf("vm_state", vmStates);
        return taskStates.Count == 0 ? [vmState] : [vmState, SqlCondition.IsOneOf("task_state", taskStates)];
    }

    private bool Locked()
    {
        var text = parameters.Last("locked")!;
        return Truth.TryParse(text, out var locked)
            ? locked
            : throw Fault.BadRequest(
                $"Invalid input received: Unrecognized value '{text}', acceptable values are: {Truth.Words}");
    }

    private (DateTime? Since, DateTime? Before) Span(List<string> asked)
    {
        DateTime? since = asked.Contains("changes-since") ? parameters.LastTime("changes-since") : null;
        DateTime? before = asked.Contains("changes-before") ? parameters.LastTime("changes-before") : null;
        return since > before
            ? throw Fault.BadRequest("The value of changes-since must be less than or equal to changes-before.")
            : (since, before);
    }

    /// <summary>
    /// A list of changes in a span of time also has the deleted servers, so that a client that polls sees them go.
    /// </summary>
    private bool? Deleted(List<string> asked, bool spanned)
    {
        if (parameters.All("status").Any()
            && parameters.All("status").All(status => status.Equals("deleted", StringComparison.OrdinalIgnoreCase)))
            return caller.IsAdmin ? true : throw new Fault(403, "Only administrators may list deleted instances");
        if (asked.Contains("deleted"))
            return Truth.Of(parameters.Last("deleted")!, otherwise: false);
        return spanned ? null : false;
    }

    private Guid? Marker()
    {
        if (parameters.Last("marker") is not { } text)
            return null;
        return Guid.TryParseExact(text, "D", out var marker)
            ? marker
            : throw Fault.BadRequest($"marker [{text}] not found");
    }
}
