using System.Text.Json;
using Kiroku.Access;
using Kiroku.Api;
using Kiroku.Scheduling;

namespace Kiroku.Servers.Groups;

/// <summary>The validated body of POST /os-server-groups. From 2.64 on a group has its one policy by itself.</summary>
internal readonly struct ServerGroupRequest(JsonElement group, Microversion version)
{
    private readonly JsonElement group = group;

    private string Policy => version >= 64 ? group.TextOf("policy")! : group.GetProperty("policies")[0].GetString()!;

    private JsonElement? MostPerHost
        => version >= 64 && group.TryGetProperty("rules", out var rules)
            && rules.TryGetProperty("max_server_per_host", out var most) ? most : null;

    /// <summary>Makes the group to store.</summary>
    /// <exception cref="Fault">400: the policy has no such rule.</exception>
    public ServerGroup Make(Caller caller)
    {
        if (MostPerHost is not null && Policy != GroupPolicies.AntiAffinity)
            throw Fault.BadRequest("Only anti-affinity policy supports rules.");
        return new ServerGroup
        {
            Id = Guid.NewGuid(),
            ProjectId = caller.ProjectId,
            UserId = caller.UserId,
            Name = group.TextOf("name")!,
            Policy = Policy,
            MaxServerPerHost = MostPerHost is { } most ? WholeNumber.Read(most) : null,
        };
    }
}
