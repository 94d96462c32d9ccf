-- DropForeignKey
ALTER TABLE "public"."DocsJob" DROP CONSTRAINT "DocsJob_previousJobId_fkey";

-- DropIndex
DROP INDEX "public"."DocsJob_previousJobId_idx";

-- AlterTable
ALTER TABLE "public"."DocsJob" DROP COLUMN "health",
DROP COLUMN "highFindings",
DROP COLUMN "knownFiles",
DROP COLUMN "leftOut",
DROP COLUMN "lowFindings",
DROP COLUMN "mediumFindings",
DROP COLUMN "parsedFiles",
DROP COLUMN "previousJobId";
