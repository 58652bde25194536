namespace Kiroku.Networks;

/// <summary>A security group as it is to begin with: everything may go out.</summary>
internal static class NewGroup
{
    private static readonly int[] Versions = [4, 6];

    public static SecurityGroup Of(string projectId, string name, string description)
    {
        var id = Guid.NewGuid();
        return new SecurityGroup(projectId, [.. Versions.Select(version => new GroupRule(
            projectId, id, new Passing(Passing.Out, version)) { Id = Guid.NewGuid() })])
        {
            Id = id,
            Name = name,
            Description = description,
        };
    }
}
