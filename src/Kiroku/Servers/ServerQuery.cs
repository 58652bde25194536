using System.Text.RegularExpressions;

namespace Kiroku.Servers;

/// <summary>Which servers a list wants. Names are matched as regular expressions anywhere in the name, as Nova does.</summary>
internal sealed record ServerQuery
{
    /// <summary>Null lists every project's servers.</summary>
    public string? ProjectId { get; init; }

    public int Limit { get; init; } = 1000;

    public Guid? Marker { get; init; }

    public Regex? Name { get; init; }

    /// <summary>The status asked for, in upper case; vm_states alone do not decide it.</summary>
    public string? Status { get; init; }

    public string? ImageId { get; init; }

    public string? FlavorId { get; init; }

    public string? Host { get; init; }

    public string? UserId { get; init; }

    public Guid? Id { get; init; }

    public bool Deleted { get; init; }

    public DateTime? ChangesSince { get; init; }

    public DateTime? ChangesBefore { get; init; }

    public string Sql()
    {
        var conditions = new List<string>();
        // With changes-since, deleted servers are listed too, so that a poller sees them go.
        if (ChangesSince is null && ChangesBefore is null)
            conditions.Add("deleted = @Deleted");
        Add(ProjectId, "project_id = @ProjectId");
        Add(ImageId, "image_id = @ImageId");
        Add(Host, "host = @Host");
        Add(UserId, "user_id = @UserId");
        Add(Id, "id = @Id");
        Add(ChangesSince, "updated_at >= @ChangesSince");
        Add(ChangesBefore, "updated_at <= @ChangesBefore");
        var where = conditions.Count == 0 ? "" : $" WHERE {string.Join(" AND ", conditions)}";
        return $"SELECT * FROM servers{where} ORDER BY created_at DESC, id DESC";

        void Add(object? value, string condition)
        {
            if (value is not null)
                conditions.Add(condition);
        }
    }

    public bool Matches(Server server)
        => (Name is null || Name.IsMatch(server.Name))
            && (Status is null || ServerStatus.Of(server) == Status)
            && (FlavorId is null || server.Flavor.Id == FlavorId);
}
