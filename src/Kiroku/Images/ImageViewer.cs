using Kiroku.Access;

namespace Kiroku.Images;

/// <summary>For whom images are looked up: a project, or whoever sees those of all projects.</summary>
internal readonly record struct ImageViewer(string ProjectId, bool SeesAll)
{
    public static ImageViewer Of(Caller caller) => new(caller.ProjectId, caller.IsAdmin);
}
