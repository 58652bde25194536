using Kiroku.Access;

namespace Kiroku.Flavors;

/// <summary>For whom flavors are looked up: a project, or whoever sees those of all projects.</summary>
internal readonly record struct FlavorViewer(string ProjectId, bool SeesAll)
{
    public static FlavorViewer Of(Caller caller) => new(caller.ProjectId, caller.IsAdmin);
}
