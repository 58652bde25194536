using System.Data.Common;
using Dapper;
using Kiroku.Api;
using Kiroku.Storage;
using Microsoft.Extensions.Options;

namespace Kiroku.Networks;

/// <summary>
/// The security groups that projects have made or changed. With its first one a project's group default gets a row,
/// too, so that a project has all of its groups here or none.
/// </summary>
internal sealed class GroupStore(
    IDatabase database, IServerCards cards, IOptions<NetworksOptions> options, TimeProvider time)
{
    private const string Rules = "SELECT * FROM security_group_rules WHERE group_id IN ";

    /// <summary>
    /// An expression of SQL that has another value after each change of a project's groups, as every change but a
    /// removal bears a later time than all before; NULL while the project has none here.
    /// </summary>
    public static string StandOf(string project)
        => "(SELECT COUNT(*) || ' ' || MAX(updated_at) FROM security_groups WHERE security_groups.project_id = "
            + $"{project})";

    /// <summary>The groups of a project, or of all (null), by name.</summary>
    public Task<IReadOnlyList<SecurityGroup>> ListAsync(string? projectId, CancellationToken cancellationToken)
        => database.ReadAsync(connection => ListAsync(connection, projectId), cancellationToken);

    /// <summary>Whether a project has groups here, so that its servers' cards are filtered.</summary>
    public static async Task<bool> HasAnyAsync(DbConnection connection, string projectId)
        => await connection.ExecuteScalarAsync<long>(
            "SELECT COUNT(*) FROM security_groups WHERE project_id = @projectId", new { projectId }) > 0;

    /// <summary>Gives a project's group default a row, as it is to begin with, unless it has one.</summary>
    public Task KeepDefaultAsync(string projectId, CancellationToken cancellationToken)
        => database.WriteAloneAsync(async connection =>
        {
            await KeepDefaultAsync(connection, projectId, await database.NowAsync(connection, time));
            return 0;
        }, cancellationToken);

    /// <exception cref="Fault">409: the project has as many as allowed.</exception>
    public Task<SecurityGroup> AddAsync(SecurityGroup group, CancellationToken cancellationToken)
        => database.WriteAloneAsync(async connection =>
        {
            var now = await database.NowAsync(connection, time);
            await KeepDefaultAsync(connection, group.ProjectId, now);
            var all = await ListAsync(connection, group.ProjectId);
            Require("security_group", all.Count + 1, options.Value.SecurityGroups);
            RequireRules(all, group.Rules.Count);
            await InsertAsync(connection, group, now);
            return await FindAsync(connection, group.Id);
        }, cancellationToken);

    /// <summary>Gives a group another name or description.</summary>
    /// <exception cref="Fault">404: there is no such group.</exception>
    public Task<SecurityGroup> ChangeAsync(
        SecurityGroup group, string name, string description, CancellationToken cancellationToken)
        => database.WriteAloneAsync(async connection =>
        {
            var now = await database.NowAsync(connection, time);
            await KeepDefaultAsync(connection, group.ProjectId, now);
            await connection.ExecuteAsync(
                "UPDATE security_groups SET name = @name, description = @description, updated_at = @now WHERE id = @Id",
                new { name, description, now, group.Id });
            return await FindAsync(connection, group.Id);
        }, cancellationToken);

    /// <exception cref="Fault">409: a server is in it.</exception>
    public Task DeleteAsync(SecurityGroup group, CancellationToken cancellationToken)
        => database.WriteAloneAsync(async connection =>
        {
            if (await cards.IsInGroupAsync(connection, group))
                throw new Fault(409, $"Security Group {group.Id} in use.") { Type = "SecurityGroupInUse" };
            await connection.ExecuteAsync("DELETE FROM security_group_rules WHERE group_id = @Id", new { group.Id });
            return await connection.ExecuteAsync("DELETE FROM security_groups WHERE id = @Id", new { group.Id });
        }, cancellationToken);

    /// <exception cref="Fault">404: there is no such group. 409: it has that rule already, or the project has as many
    /// as allowed.</exception>
    public Task<GroupRule> AddRuleAsync(GroupRule rule, CancellationToken cancellationToken)
        => database.WriteAloneAsync(async connection =>
        {
            var now = await database.NowAsync(connection, time);
            await KeepDefaultAsync(connection, rule.ProjectId, now);
            var all = await ListAsync(connection, rule.ProjectId);
            var group = all.FirstOrDefault(group => group.Id == rule.GroupId) ?? throw NoGroup($"{rule.GroupId}");
            if (group.Rules.FirstOrDefault(other => other.Passing.IsSameAs(rule.Passing)) is { } same)
            {
                throw new Fault(409, $"Security group rule already exists. Rule id is {same.Id}.")
                {
                    Type = "SecurityGroupRuleExists",
                };
            }
            RequireRules(all, 1);
            await connection.ExecuteAsync(Columns<RuleRow>.Insert("security_group_rules"), RuleRow.Of(rule, now));
            await TouchAsync(connection, rule.GroupId, now);
            return (await FindAsync(connection, rule.GroupId)).Rules.Single(added => added.Id == rule.Id);
        }, cancellationToken);

    public Task DeleteRuleAsync(GroupRule rule, CancellationToken cancellationToken)
        => database.WriteAloneAsync(async connection =>
        {
            var now = await database.NowAsync(connection, time);
            await KeepDefaultAsync(connection, rule.ProjectId, now);
            await connection.ExecuteAsync("DELETE FROM security_group_rules WHERE id = @Id", new { rule.Id });
            await TouchAsync(connection, rule.GroupId, now);
            return 0;
        }, cancellationToken);

    public static Fault NoGroup(string id)
        => NetworkAccess.NotFound("SecurityGroupNotFound", $"Security group {id} does not exist");

    private static async Task KeepDefaultAsync(DbConnection connection, string projectId, DateTime now)
    {
        if (!await HasAnyAsync(connection, projectId))
            await InsertAsync(connection, SecurityGroup.Initial(projectId), now);
    }

    private static async Task InsertAsync(DbConnection connection, SecurityGroup group, DateTime now)
    {
        await connection.ExecuteAsync(Columns<GroupRow>.Insert("security_groups"), new GroupRow
        {
            Id = group.Id,
            ProjectId = group.ProjectId,
            Name = group.Name,
            Description = group.Description,
            CreatedAt = now,
            UpdatedAt = now,
        });
        foreach (var rule in group.Rules)
            await connection.ExecuteAsync(Columns<RuleRow>.Insert("security_group_rules"), RuleRow.Of(rule, now));
    }

    private static Task TouchAsync(DbConnection connection, Guid id, DateTime now)
        => connection.ExecuteAsync("UPDATE security_groups SET updated_at = @now WHERE id = @id", new { id, now });

    private static async Task<SecurityGroup> FindAsync(DbConnection connection, Guid id)
        => await ReadAsync(connection, "id = @id", new { id }) is [var group] ? group : throw NoGroup($"{id}");

    private static Task<IReadOnlyList<SecurityGroup>> ListAsync(DbConnection connection, string? projectId)
        => projectId is null
            ? ReadAsync(connection, "1 = 1", null)
            : ReadAsync(connection, "project_id = @projectId", new { projectId });

    private static async Task<IReadOnlyList<SecurityGroup>> ReadAsync(
        DbConnection connection, string condition, object? values)
    {
        var groups = (await connection.QueryAsync<GroupRow>(
            $"SELECT * FROM security_groups WHERE {condition} ORDER BY name, id", values)).AsList();
        if (groups.Count == 0)
            return [];
        var rules = (await connection.QueryAsync<RuleRow>(
            $"{Rules}{SqlList.Of(groups.ConvertAll(group => group.Id))} ORDER BY created_at, id"))
            .ToLookup(rule => rule.GroupId);
        return [.. groups.Select(group => group.ToGroup(rules[group.Id]))];
    }

    private void RequireRules(IReadOnlyList<SecurityGroup> all, int more)
        => Require("security_group_rule", all.Sum(group => group.Rules.Count) + more,
            options.Value.SecurityGroupRules);

    private static void Require(string resource, int wanted, int allowed)
    {
        if (allowed >= 0 && wanted > allowed)
            throw new Fault(409, $"Quota exceeded for resources: ['{resource}'].") { Type = "OverQuota" };
    }
}
